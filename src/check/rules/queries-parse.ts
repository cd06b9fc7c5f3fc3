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
  const problem = queryProblem(text);
  if (!problem) return [];
  const range = isKey ? file.source.keyRangeOf(path) : file.source.rangeOf(path);
  return [{ ...problemAt(file, path, 'jmespath', `"${text}" is not valid JMESPath: ${problem}`), range }];
}

/** What to write in the place of the templates in an expression. */
function variablesFor(text: string): string {
  const result = parseTemplate(text);
  const [name] = 'template' in result ? templatePaths(result.template) : [];
  const variable = name ? variableText(name) : '$inputs.NAME';
  return `Write ${variable}, without braces and quotes. A member of this name: items(nodes)[?[0] == ${variable}] | [0][1].`;
}
