import { inert } from '../../text/index.ts';

/** HTML that is safe to put into a page. Only `html` makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a template of `html`: strings are escaped, lists are joined, `undefined` and `false` are nothing. */
export type Part = string | number | Html | readonly Part[] | undefined | false;

/** HTML with values in it. Whatever they hold, they are text: no markup, no escape sequence, no hidden direction. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + (index < parts.length ? textOf(parts[index]) : '')).join(''));
}

/** How `readable` shows what only a run knows, escaped. */
const blank = /&#60;(?:value of|id of|secret|item)(?:(?!&#6[02];).)*&#62;/g;

/** Lines for a `pre`: line breaks stay, and every reference to what only a run knows is marked. */
export function lines(text: string): Html {
  const shown = text
    .split('\n')
    .map((line) => escaped(line).replace(blank, (found) => `<b class="blank">${found}</b>`));
  return new Html(shown.join('\n'));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part.map(textOf).join('');
}

function escaped(text: string): string {
  return inert(text)
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
