import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { inert } from '../text/index.ts';

/** How a text is shown where there are colours. */
export type Style = 'strong' | 'soft' | 'good' | 'changed' | 'bad';

/** Colours a text that is inert already. */
export type Paint = (style: Style, text: string) => string;

export const withoutColour: Paint = (_style, text) => text;

/** A text, and how wide it may be; `style` is put around each of its lines. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  readonly style?: Style | undefined;
  readonly align?: 'right';
}

/** How many columns of a terminal a text takes: some characters take two. */
export function widthOf(text: string): number {
  return stringWidth(inert(text));
}

/** Returns cells beside each other, each wrapped at words within its own width; a word that is too long is broken. */
export function row(cells: readonly Cell[], paint: Paint, indent = 0): string[] {
  const columns = cells.map(({ text, width }) => wrapAnsi(inert(text), Math.max(1, width), { hard: true }).split('\n'));
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => {
    const shown = cells.map(({ width, style, align }, column) => {
      // Where it is wrapped, another line begins: that is no command either.
      const text = inert(columns[column]?.[line]?.trim() ?? '');
      const painted = style === undefined || text === '' ? text : paint(style, text);
      if (column === cells.length - 1) return painted;
      const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
      return `${align === 'right' ? space + painted : painted + space}  `;
    });
    return `${' '.repeat(indent)}${shown.join('')}`.trimEnd();
  });
}
