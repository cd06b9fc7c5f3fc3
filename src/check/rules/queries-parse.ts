import {
  headerIn,
  headerProblem,
  parseTemplate,
  queryProblem,
  stepsIn,
  templatePaths,
  variableText,
} from '../../language/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { type QueryText, queriesOf } from '../templates.ts';

/** Every JMESPath in expect, until, progress and save can be parsed, and calls functions and reads variables that exist. */
export const queriesParse: Rule = (file) =>
  stepsIn(file).flatMap((visited) => queriesOf(visited).flatMap((query) => problems(file, query)));

function problems(file: CheckedFile, { text, path, isKey, mayBeHeader }: QueryText) {
  const header = mayBeHeader && !text.includes('{{') ? headerIn(text) : undefined;
  if (header !== undefined) {
    const problem = headerProblem(header);
    const help = 'Write headers.NAME, without quotes. What the body has under headers is @.headers.';
    return problem ? [problemAt(file, path, 'header', problem, help)] : [];
  }
  // A key with a template has been refused with the document.
  if (text.includes('{{')) {
    const message = `"${text}" has a template in it; in JMESPath, names are variables`;
    return [problemAt(file, path, 'template-in-query', message, variablesFor(text))];
  }
  const hyphenated = nameWithHyphen(text);
  const problem =
    hyphenated === undefined
      ? queryProblem(text)
      : 'in JMESPath a name with a hyphen stands in quotes, for - subtracts';
  if (problem === undefined) return [];
  const message = hyphenated === undefined ? `"${text}" is not valid JMESPath: ${problem}` : `"${text}": ${problem}`;
  // A range is looked up where there is a problem only: it takes another parse of the file.
  const range = isKey ? file.source.keyRangeOf(path) : file.source.rangeOf(path);
  return [{ ...problemAt(file, path, 'jmespath', message, helpFor(text, hyphenated)), range }];
}

function helpFor(text: string, hyphenated: string | undefined): string | undefined {
  if (hyphenated !== undefined) return `Write '${text.replace(hyphenated, () => `"${hyphenated}"`)}'`;
  return text.startsWith('.') ? `Write ${text.slice(1)}: JMESPath begins without a dot` : undefined;
}

/** What to write in the place of the templates in an expression. */
function variablesFor(text: string): string {
  const result = parseTemplate(text);
  const [name] = 'template' in result ? templatePaths(result.template) : [];
  const variable = name ? variableText(name) : '$inputs.NAME';
  return `Write ${variable}, without braces and quotes. A member of this name: items(nodes)[?[0] == ${variable}] | [0][1].`;
}

/** Returns the first name with a hyphen that stands outside of quotes: two names, one minus the other. Who subtracts writes spaces. */
function nameWithHyphen(query: string): string | undefined {
  const outside = query.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/gs, (quoted) =>
    ' '.repeat(quoted.length),
  );
  return /[A-Za-z_]\w*(?:-\w+)*-(?:[A-Za-z_]\w*|\d+(?=\.))(?:-\w+)*/.exec(outside)?.[0];
}
