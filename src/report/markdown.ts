import { inert } from '../text/index.ts';

/** Text from a file or a server as plain text in Markdown: nothing in it is markup, HTML, a link or a mention. */
export function plain(text: string): string {
  return (
    inert(text)
      .replace(/[&<>\\`*_[\]|~]/g, (character) => `&#${character.charCodeAt(0)};`)
      // Neither a link nor a heading, a list or a mention: a zero-width joiner keeps `@name` from being one.
      .replace(/:\/\//g, ':&#47;&#47;')
      .replace(/^\s*[#+.-]|^\s*\d+[.)]/, (start) => `&#8205;${start}`)
      .replace(/@/g, '@&#8205;')
  );
}

/** Text as code in a line; backticks in it end nothing. */
export function inlineCode(text: string): string {
  const shown = inert(text);
  const longest = longestRun(shown);
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}

/** Lines as a block of code; a fence in them ends nothing. */
export function codeBlock(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  const lines = text.split('\n').map((line) => inert(line));
  return `${fence}${language}\n${lines.join('\n')}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
