import { didYouMean, knownValue, type Path, resolveTemplate, templateOf } from '../../language/index.ts';
import { attempt, type Context, report } from '../context.ts';
import { lookupIn } from '../scope.ts';

/** The context with a step's own `on` and `as`, if it has them; an empty `as` is the connection's own login. */
export function withConnection(
  step: { readonly on?: string; readonly as?: string },
  path: Path,
  context: Context,
): Context {
  const connection = step.on === undefined ? context.connection : nameOf(step.on, [...path, 'on'], context);
  const { identity: inherited, ...rest } = context;
  const identity = step.as === undefined ? inherited : nameOf(step.as, [...path, 'as'], context) || undefined;
  return {
    ...rest,
    ...(connection === undefined ? {} : { connection }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/** The connection and identity of a request; notes that they are used, so that they are checked before the first write. */
export function connectionFor(context: Context): { connection: string; identity?: string } {
  const { connection = '', identity, shared } = context;
  const identities = Object.keys(shared.connections[connection]?.identities ?? {});
  if (identity !== undefined && shared.connections[connection] && !identities.includes(identity)) {
    const { source, value } = shared.environment;
    const message = `the environment "${value.environment}" gives the connection "${connection}" no identity "${identity}"${didYouMean(identity, identities)}`;
    if (!shared.diagnostics.some((diagnostic) => diagnostic.message === message)) {
      shared.diagnostics.push({
        code: 'missing-identity',
        severity: 'error',
        message,
        file: source.file,
        range: source.keyRangeOf(['connections', connection]),
        help: `Add identities: { ${identity}: { auth: … } } to it; ${context.file.source.file} says at "as: ${identity}" what it is for.`,
      });
    }
  }
  const used = shared.used.get(connection) ?? new Set();
  shared.used.set(connection, used.add(identity));
  return { connection, ...(identity === undefined ? {} : { identity }) };
}

function nameOf(text: string, path: Path, context: Context): string | undefined {
  const value = attempt(context, path, () => knownValue(resolveTemplate(templateOf(text), lookupIn(context.scope))));
  if (value === undefined) {
    report(context, path, 'template', `${text} has to be known while planning`);
    return undefined;
  }
  return String(value.value);
}
