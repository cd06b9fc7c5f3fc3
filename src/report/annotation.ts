import { inert } from '../text/index.ts';

/** Where an annotation belongs, and its title; what is undefined is left out. */
export interface AnnotationPlace {
  readonly file?: string | undefined;
  readonly line?: string | number | undefined;
  readonly col?: string | number | undefined;
  readonly title?: string | undefined;
}

/** Returns the path that an annotation names a file by, relative to the repository; undefined of a file that is not in it. */
export type AnnotationPath = (file: string) => string | undefined;

/** What is known without the disk: a path that goes nowhere else. */
export const asItIs: AnnotationPath = (file) =>
  file.startsWith('/') || /^[A-Za-z]:/.test(file) || file.split(/[\\/]/).includes('..') ? undefined : file;

/** A workflow command of GitHub Actions: no text can end it or begin another one. The lines of a message stay lines. */
export function annotation(
  level: 'error' | 'warning' | 'notice',
  place: AnnotationPlace,
  ...message: readonly string[]
): string {
  const data = (text: string) => inert(text).replaceAll('%', '%25');
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const properties = Object.entries(place).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${property(String(value))}`],
  );
  return `::${level}${properties.length > 0 ? ` ${properties.join(',')}` : ''}::${message.map(data).join('%0A')}`;
}
