import { knownValue, type Path, resolveTemplate, templateOf, templatePaths } from '../../language/index.ts';
import { didYouMean } from '../../text/index.ts';
import { attempt, type Context, report } from '../context.ts';
import { lookupIn } from '../scope.ts';

/** The context with a step's own `on` and `as`, if it has them; an empty `as` is the connection's own credentials. */
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
  if (identity !== undefined && shared.connections[connection]) requireIdentity(connection, identity, context);
  const used = shared.used.get(connection) ?? new Set();
  shared.used.set(connection, used.add(identity));
  return { connection, ...(identity === undefined ? {} : { identity }) };
}

/** `CONNECTION/IDENTITY` names the identity of another connection, `IDENTITY` one of the connection itself. */
function requireIdentity(connection: string, identity: string, context: Context): void {
  const { shared } = context;
  const [owner, name] = identity.includes('/') ? splitOnce(identity) : [connection, identity];
  const identities = Object.keys(shared.connections[owner]?.identities ?? {});
  if (identities.includes(name)) return;
  const choice = shared.bundle.runbook.value.connections[owner]?.identity;
  missingIdentity(
    owner,
    `no identity "${name}"${didYouMean(name, identities)}`,
    choice?.any_of.includes(name)
      ? choice.message
      : `Add identities: { ${name}: { auth: … } } to it; ${context.file.source.file} says at "as: ${identity}" what it is for.`,
    context,
  );
}

/** Reported once, however many steps need it. */
function missingIdentity(connection: string, what: string, help: string, { shared }: Context): void {
  const { source, value } = shared.environment;
  const message = `the environment "${value.environment}" gives the connection "${connection}" ${what}`;
  if (shared.diagnostics.some((diagnostic) => diagnostic.message === message)) return;
  const range = source.keyRangeOf(['connections', connection]);
  shared.diagnostics.push({ code: 'missing-identity', severity: 'error', message, file: source.file, range, help });
}

function splitOnce(identity: string): [connection: string, identity: string] {
  const slash = identity.indexOf('/');
  return [identity.slice(0, slash), identity.slice(slash + 1)];
}

function nameOf(text: string, path: Path, context: Context): string | undefined {
  const template = templateOf(text);
  const value = attempt(context, path, () => knownValue(resolveTemplate(template, lookupIn(context.scope))));
  if (value === undefined) {
    report(context, path, 'template', `${text} must be known while planning`);
    return undefined;
  }
  if (value.value !== null) return String(value.value);
  for (const { root, segments } of templatePaths(template)) {
    const choice =
      root === 'connections' ? context.shared.bundle.runbook.value.connections[segments[0] ?? ''] : undefined;
    if (choice?.identity)
      missingIdentity(
        segments[0] ?? '',
        `none of the identities ${choice.identity.any_of.join(', ')}`,
        choice.identity.message,
        context,
      );
  }
  return undefined;
}
