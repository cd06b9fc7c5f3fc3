import { type Path, templateOf, templatePaths } from '../language/index.ts';
import type { Json } from '../text/index.ts';
import { textsIn } from './conditions.ts';
import { type Context, report } from './context.ts';

/**
 * Reports a reference to a secret input in a value that may hold none: what is left of inputs after planning are secrets.
 * @param where Where it is, and why it may not be there.
 */
export function refuseSecrets(value: Json, path: Path, context: Context, where: string): void {
  const secret = textsIn(value)
    .flatMap((text) => templatePaths(templateOf(text)))
    .find(({ root }) => root === 'inputs');
  if (secret) report(context, path, 'secret-outside-body', `the secret ${secret.segments.join('.')} ${where}`);
}
