import { inert } from '../text/index.ts';

/** What is no markup and is recognised in the rendered page all the same: #1, GH-1, !1 of GitLab, @name, www.example. */
const recognised = /[#!@](?=\w)|\bGH-(?=\d)|\bwww(?=\.)/gi;

/** What most texts are: a number, or words and paths without a sign that Markdown knows. */
const harmless = /^(?:\d+|(?!.*\bGH-\d)[a-z][a-z\d /,-]*)$/i;

/**
 * Text from a file or a server as plain text in Markdown: nothing in it is markup, HTML, a link, an issue or a mention. A zero-width
 * joiner keeps apart what would be one.
 */
export function plain(text: string): string {
  if (harmless.test(text)) return text;
  return inert(text)
    .replace(recognised, '$&\u200d')
    .replace(/[&<>\\`*_[\]|~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/:\/\//g, ':&#47;&#47;')
    .replace(/^\s*[#+.-]|^\s*\d+[.)]/, '\u200d$&')
    .replaceAll('\u200d', '&#8205;');
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
  if (!text.includes('`')) return 0;
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
