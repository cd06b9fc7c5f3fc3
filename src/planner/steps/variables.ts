import {
  type Inputs,
  inputAt,
  type Path,
  type PathExpression,
  printTemplate,
  variablesIn,
} from '../../language/index.ts';
import type { JsonObject } from '../../text/index.ts';
import { type Context, resolved } from '../context.ts';
import { refuseSecrets } from '../secrets.ts';

/**
 * What the variables of JMESPath expressions are, as far as planning knows: `{ inputs: { node: 'n1' } }`. The expression itself
 * stays as it is written, so no value can change its meaning.
 */
export function plannedVariables(
  queries: readonly string[],
  path: Path,
  context: Context,
): { readonly variables?: JsonObject } {
  const inputs = context.file.value.inputs ?? {};
  const names = queries.flatMap(variablesIn).map((name) => boundBy(name, inputs));
  if (names.length === 0) return {};
  const written: Written = {};
  // The shortest first: a whole object has its members in it.
  for (const name of names.sort((one, other) => one.segments.length - other.segments.length)) bind(name, written);
  const variables = resolved(context, path, written) ?? {};
  refuseSecrets(variables, path, context, 'in JMESPath: the interpreter never gets its value');
  return { variables: variables as JsonObject };
}

/** The part of a name that is a value of the language; what stands behind it is looked up in that by JMESPath. */
function boundBy({ root, segments, ...rest }: PathExpression, inputs: Inputs): PathExpression {
  const lengths = { run: 1, item: 0, steps: 2, connections: 2, inputs: segments.length };
  const own = segments.slice(0, lengths[root]);
  if (root === 'inputs') while (own.length > 1 && !('input' in inputAt(inputs, own))) own.pop();
  return { ...rest, root, segments: own };
}

type Written = { [name: string]: string | Written };

/** Puts the template of a name where JMESPath looks for it. */
function bind(name: PathExpression, written: Written): void {
  const fields = [name.root, ...name.segments];
  const last = fields.pop() ?? '';
  let within = written;
  for (const field of fields) {
    within[field] ??= {};
    const inner = within[field];
    if (typeof inner === 'string') return;
    within = inner;
  }
  within[last] ??= printTemplate({ parts: [name] });
}
