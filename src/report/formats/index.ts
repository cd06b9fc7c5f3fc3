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
export const formats = {
  text,
  markdown,
  html,
  json,
  yaml,
  console,
  curl,
  junit,
  github,
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;

/** The names of the formats that something can be shown in. */
export function formatsOf(what: 'plan' | 'run'): FormatName[] {
  return (Object.keys(formats) as FormatName[]).filter((name) => formats[name].of.includes(what));
}
