import { stepsIn } from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import type { CheckedFile, Rule } from '../rule.ts';
import { type TemplateText, textsOf } from '../templates.ts';

/** A name of the language between braces as other tools write them: `${inputs.x}`, `{inputs.x}`, `{ {inputs.x} }`, `${{ inputs.x }}`. */
const similar = /(\\?)(\$?\{(?: *\{)?) *((?:inputs|steps|connections|run)\.[\w.-]+) *(\}(?: *\})?)/g;
/** A name of the language as a segment of a path. */
const bare = /(?<=\/)(?:inputs|steps)\.[\w.-]+(?=\/|$)/g;

/** Most texts name nothing of the language. */
function mayLack(text: string): boolean {
  return /(?:inputs|steps|connections|run)\./.test(text);
}

/** What looks like a template is one: everything else is sent as it is written. */
export const templatesHaveTheirBraces: Rule = (file) =>
  stepsIn(file)
    .flatMap((visited) => textsOf(visited, mayLack))
    .filter(({ isKey }) => !isKey)
    .flatMap((text) => withoutBraces(text).map(({ snippet, name }) => problem(file, text, snippet, name)));

/** Returns what in a text was probably meant to be a template, and is none. */
export function withoutBraces({ text, path }: Pick<TemplateText, 'text' | 'path'>) {
  const found = [...text.matchAll(similar)].flatMap(([snippet, backslash, opening, name = '', closing]) =>
    backslash !== '' || (opening === '{{' && closing === '}}') ? [] : [{ snippet, name }],
  );
  const segments = path.at(-1) === 'call' ? [...text.matchAll(bare)].map(([name]) => ({ snippet: name, name })) : [];
  return [...found, ...segments];
}

function problem(file: CheckedFile, { path }: TemplateText, snippet: string, name: string): Diagnostic {
  const range = file.source.rangeWithin(path, snippet);
  const isWritten = file.source.text.slice(range.start.offset, range.end.offset) === snippet;
  return {
    code: 'template-braces',
    // Elsewhere it may be meant for what reads it: a script, a pipeline.
    severity: path.at(-1) === 'call' ? 'error' : 'warning',
    message: `${snippet} is sent as it is written: it is not a template`,
    file: file.source.file,
    range,
    help: `Write {{${name}}}`,
    ...(isWritten ? { fix: { range, text: `{{${name}}}` } } : {}),
  };
}
