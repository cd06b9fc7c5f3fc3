import { console } from './console.ts';
import { curl } from './curl.ts';
import type { Format } from './format.ts';
import { github } from './github.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import type { FormatName } from './names.ts';
import { text } from './text.ts';
import { yaml } from './yaml.ts';

/** Every format by its name; a new one is one file, one line here and its name in `names.ts`. */
export const formats: Readonly<Record<FormatName, Format>> = {
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
