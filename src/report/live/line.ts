import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';
import { inert } from '../../text/index.ts';

/** A line for a terminal before it is wrapped; its texts may be anything. */
export interface Line {
  /** One character at the left edge. */
  readonly mark?: keyof typeof marks;
  /** Levels of two columns each. */
  readonly indent?: number;
  /** Of one of several facts below each other: what the text is. */
  readonly label?: string;
  readonly text: string;
  /** Behind the text, and less important. */
  readonly aside?: string;
  readonly tone?: keyof typeof tones;
  /** To be copied: it is not wrapped. */
  readonly isCommand?: true;
}

/** What stands at the left edge of a line, and how it is coloured. */
const marks = {
  done: ['✔', 'green'],
  /** Its response was lost, and it was read back that it took effect, or somebody has said so. */
  'read-back': ['≈', 'green'],
  /** An earlier process of the run has done it. */
  replayed: ['↺', 'cyan'],
  skipped: ['↓', 'gray'],
  unchanged: ['=', 'gray'],
  failed: ['✖', 'red'],
  unknown: ['?', 'red'],
  interrupted: ['■', 'yellow'],
  warning: ['!', 'yellow'],
  running: ['▸', 'cyan'],
} as const;

const tones = { strong: 'bold', bad: 'red', warning: 'yellow', quiet: 'gray' } as const;

/** What lines are written on. */
export interface Sheet {
  readonly columns: number;
  readonly hasColour: boolean;
}

/** Narrower than this nothing can be read: the terminal wraps then. */
const narrowest = 20;
const labelWidth = 10;
/** A space that no line ends at: `12 s` stays together. */
const unbroken = '\u00a0';

/** Returns a line as it is written: wrapped at words, what follows on below where its text begins. */
export function laidOut(line: Line, { columns, hasColour }: Sheet): string {
  const { mark, indent = 0, label, text, aside, tone, isCommand } = line;
  const paint = (style: Parameters<typeof styleText>[0], some: string) =>
    hasColour && some !== '' ? styleText(style, some, { validateStream: false }) : some;
  const [sign, colour] = mark === undefined ? [' ', 'gray' as const] : marks[mark];
  const before = '  '.repeat(indent) + (label === undefined ? '' : label.padEnd(labelWidth));
  const body = tone === undefined ? inert(text) : paint(tones[tone], inert(text));
  const whole = aside === undefined ? body : `${body}  ${paint('gray', inert(aside).replaceAll(' ', unbroken))}`;
  // The last column stays free: a terminal may wrap behind it.
  const width = Math.max(narrowest, columns - 3 - before.length);
  const [first = '', ...rest] = isCommand ? [whole] : wrapAnsi(whole, width, { hard: true }).split('\n');
  const start = `${mark === undefined ? ' ' : paint(colour, sign)} ${paint('gray', before)}${first}`;
  return [start, ...rest.map((next) => `  ${' '.repeat(before.length)}${next}`)]
    .map((one) => one.replaceAll(unbroken, ' ').trimEnd())
    .join('\n');
}
