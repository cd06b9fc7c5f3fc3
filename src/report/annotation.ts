import { inert } from '../text/index.ts';

/** Where an annotation belongs, and its title; what is undefined is left out. */
export interface AnnotationPlace {
  readonly file?: string | undefined;
  readonly line?: string | number | undefined;
  readonly col?: string | number | undefined;
  readonly title?: string | undefined;
}

/** A workflow command of GitHub Actions: no text can end it or begin another one. */
export function annotation(level: 'error' | 'warning' | 'notice', place: AnnotationPlace, message: string): string {
  const data = (text: string) => inert(text).replaceAll('%', '%25');
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const properties = Object.entries(place).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${property(String(value))}`],
  );
  return `::${level}${properties.length > 0 ? ` ${properties.join(',')}` : ''}::${data(message)}`;
}
