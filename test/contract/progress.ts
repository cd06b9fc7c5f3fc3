import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { valueAt } from '../../src/language/index.ts';
import type { Json } from '../../src/text/index.ts';

interface Measure {
  readonly done: string;
  readonly total: string;
  readonly unit: string;
}

/** What a bundled fragment says of the progress of one of its steps, over a response. Totals that only the run knows are left out. */
export function progressOf(fragment: string, step: string) {
  const { steps } = parse(readFileSync(`runbooks/fragments/${fragment}.yaml`, 'utf8'));
  const measures: Measure[] = steps.find(({ id }: { id: string }) => id === step).progress.measures;
  return (body: Json): Record<string, { readonly done: Json | undefined; readonly total: Json | undefined }> =>
    Object.fromEntries(
      measures.map(({ done, total, unit }) => [
        unit,
        { done: valueAt(body, done), total: total.includes('{{') ? undefined : valueAt(body, total) },
      ]),
    );
}
