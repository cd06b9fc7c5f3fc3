/** Control and format characters (bidirectional, zero-width, tags), other line breaks, and letters without a shape. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** What nearly every text is: printable ASCII without the beginning of a command. */
const harmless = /^(?!\s*::)(?:[ -"$-~]|#(?!#))*$/;

/**
 * Text from a file or a server as one line for a terminal or a log: what is invisible there, or changes what is around it,
 * becomes a visible escape, as JSON has it. Nor is the line a command of GitHub Actions (`::error::` where it begins, `##[error]`
 * anywhere) or of Azure Pipelines (`##vso[…]`).
 */
export function inert(text: string): string {
  if (harmless.test(text)) return text;
  return text
    .replace(hidden, (character) => {
      if (character === '\t') return ' ';
      if (character === '\n') return '\\n';
      return [...Array(character.length).keys()].map((index) => escaped(character.charCodeAt(index))).join('');
    })
    .replace(/##(?=[a-z.]*\[)/gi, '\\u0023#')
    .replace(/^(\s*):(?=:)/, '$1\\u003a');
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
