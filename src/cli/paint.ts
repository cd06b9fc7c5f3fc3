import type { Paint, Style } from '../report/index.ts';

/** Each has a contrast of 3.9 or more with white and with black. */
const colours: Readonly<Record<Style, string>> = {
  strong: '1',
  soft: '38;5;243',
  good: '1;38;5;28',
  changed: '1;38;5;130',
  bad: '1;38;5;160',
};

/** The same where a terminal has 16 colours, which are those of its own theme. */
const fewColours: Readonly<Record<Style, string>> = {
  strong: '1',
  soft: '0',
  good: '1;32',
  changed: '1;35',
  bad: '1;31',
};

/** Returns what colours a text for standard output: nothing where it is no terminal, or where NO_COLOR or the terminal says so. */
export function paintForOutput(): Paint {
  const { stdout } = process;
  if (!stdout.isTTY || process.env.NO_COLOR || !stdout.hasColors()) return (_style, text) => text;
  const codes = stdout.hasColors(256) ? colours : fewColours;
  return (style, text) => `\u001b[${codes[style]}m${text}\u001b[0m`;
}
