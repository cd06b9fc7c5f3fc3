import { console } from './console.ts';
import { curl } from './curl.ts';
import type { Format } from './format.ts';
import { github } from './github.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { text } from './text.ts';
import { yaml } from './yaml.ts';

/** Every format by its name; a new one is one file and one line here. */
export const formats: Readonly<Record<string, Format>> = {
  text,
  markdown,
  html,
  json,
  yaml,
  console,
  curl,
  junit,
  github,
};

/** The names of the formats that something can be shown in. */
export function formatsOf(what: 'plan' | 'run'): string[] {
  return Object.entries(formats).flatMap(([name, { of }]) => (of.includes(what) ? [name] : []));
}
