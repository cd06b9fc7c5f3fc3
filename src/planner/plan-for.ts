import { kindNameOf, kindOf, plannedAuth } from '../kinds/index.ts';
import type { Bundle, Environment, EnvironmentConnection, Loaded, Runbook } from '../language/index.ts';
import type { Plan, PlannedConnection } from '../plan/index.ts';
import {
  type Checked,
  type Diagnostic,
  type DiagnosticCode,
  didYouMean,
  hasErrors,
  type JsonObject,
} from '../text/index.ts';
import { expand } from './expand.ts';
import { inputsFor } from './inputs.ts';
import { locksFor } from './locks.ts';
import { preflightFor } from './preflight.ts';
import { withSealedSaves } from './sealed.ts';

/** What else a plan can be made from. */
export interface PlanExtras {
  readonly author?: string;
  /** Connection → the `cluster_uuid` that was seen there; the environment's own pin comes first. */
  readonly pins?: { readonly [connection: string]: string };
  /** Each `ca` in the environment, of the connections that the runbook has: the SHA-256 of its bytes, or why it cannot be read. */
  readonly authorities?: { readonly [file: string]: { readonly sha256: string } | { readonly problem: string } };
  /** Values of inputs by dotted name, instead of those that the environment has. */
  readonly inputs?: JsonObject;
}

/**
 * The plan of a runbook in an environment: offline and deterministic, the same arguments give the same plan.
 * @param bundle A runbook without errors (`check`).
 * @param sets `name=value` texts that override inputs; `object.member=value` is one member.
 * @returns The plan, or everything that is wrong with the inputs, the environment, or a template that now has values.
 */
export function planFor(
  bundle: Bundle,
  environment: Loaded<Environment>,
  sets: readonly string[],
  { author, pins = {}, authorities = {}, inputs: decided = {} }: PlanExtras = {},
): Checked<Plan> {
  const { inputs, diagnostics: inputDiagnostics } = inputsFor(bundle.runbook, environment, sets, decided);
  const diagnostics: Diagnostic[] = [
    ...inputDiagnostics,
    ...connectionDiagnostics(bundle.runbook, environment, authorities),
  ];
  if (hasErrors(diagnostics)) return { diagnostics };
  const runbook = bundle.runbook.value;
  const own = plannedConnections(runbook, environment.value, pins, authorities);
  const { steps: expanded, rollback, used, diagnostics: found } = expand(bundle, environment, own, inputs);
  const { steps, names: sealed } = withSealedSaves(expanded, rollback);
  const seal = environment.value.journal?.seal;
  diagnostics.push(...found, ...(seal ? [] : sealDiagnostics(sealed, environment)));
  if (hasErrors(diagnostics)) return { diagnostics };
  const connections = withBorrowedIdentities(own, used);
  const head = {
    runbook: {
      name: runbook.name,
      elasticsearch: runbook.elasticsearch,
      title: runbook.title,
      file: bundle.runbook.source.file,
    },
    environment: {
      name: environment.value.environment,
      connections: Object.fromEntries(Object.entries(connections).filter(([name]) => used.has(name))),
      ...(environment.value.maintenance_windows ? { maintenance_windows: environment.value.maintenance_windows } : {}),
      ...(seal && sealed.length > 0 ? { seal } : {}),
    },
  };
  return {
    value: {
      format: 'runbook-plan/v1',
      ...(author === undefined ? {} : { author }),
      ...head,
      inputs: Object.fromEntries(inputs),
      locks: locksFor({ steps, rollback }, connections),
      preflight: preflightFor(head, environment.value.connections, used),
      steps,
      rollback,
    },
    diagnostics,
  };
}

type Authorities = NonNullable<PlanExtras['authorities']>;

function authorityIn(authorities: Authorities, ca: string) {
  const known = Object.hasOwn(authorities, ca) ? authorities[ca] : undefined;
  return known ?? { problem: 'nobody has read it' };
}

function connectionDiagnostics(
  runbook: Loaded<Runbook>,
  environment: Loaded<Environment>,
  authorities: Authorities,
): Diagnostic[] {
  const given = environment.value.connections;
  return Object.entries(runbook.value.connections).flatMap(([name, declared]) => {
    const connection = Object.hasOwn(given, name) ? given[name] : undefined;
    const problem = (code: DiagnosticCode, message: string, path: string[], help: string): Diagnostic[] => [
      {
        code,
        severity: 'error',
        message,
        file: environment.source.file,
        range: environment.source.keyRangeOf(path),
        help,
      },
    ];
    if (!connection) {
      if (declared.optional) return [];
      return problem(
        'missing-connection',
        `the environment "${environment.value.environment}" has no connection "${name}"${didYouMean(name, Object.keys(given))}`,
        ['connections'],
        `${runbook.source.file} needs it${declared.description ? `: ${declared.description}` : ''}.`,
      );
    }
    const kind = kindNameOf(connection);
    if (kind === declared.kind) {
      const ca = 'ca' in connection ? connection.ca : undefined;
      const read = ca === undefined ? undefined : authorityIn(authorities, ca);
      if (read === undefined || 'sha256' in read) return [];
      return problem(
        'unreadable-ca',
        `the ca of the connection "${name}" (${ca}) cannot be read: ${read.problem}`,
        ['connections', name, 'ca'],
        'The plan names the SHA-256 of its bytes, so that no other authority is trusted than the reviewed one. The path is relative to this file.',
      );
    }
    return problem(
      'wrong-connection-kind',
      `the connection "${name}" is of kind ${kind}, and ${runbook.source.file} needs ${declared.kind}`,
      ['connections', name],
      `Write kind: ${declared.kind}, or check the name.`,
    );
  });
}

/** A rollback that reads a saved secret needs it in the journal, or it cannot go on after this process. */
function sealDiagnostics([first]: readonly string[], { source, value }: Loaded<Environment>): Diagnostic[] {
  if (first === undefined) return [];
  return [
    {
      code: 'missing-seal',
      severity: 'error',
      message: `the environment "${value.environment}" has no journal.seal, and a rollback restores the secret ${first}: without a key to seal it with, the journal could not keep it, and a run that is resumed could not restore what it has overwritten`,
      file: source.file,
      range: source.keyRangeOf(['environment']),
      help: 'Add journal: { seal: { env: NAME } } with a key of at least 32 random characters (openssl rand -base64 32), and keep the key as long as the run may be rolled back.',
    },
  ];
}

function plannedConnections(
  runbook: Runbook,
  environment: Environment,
  pins: NonNullable<PlanExtras['pins']>,
  authorities: Authorities,
): Record<string, PlannedConnection> {
  return Object.fromEntries(
    Object.keys(runbook.connections).flatMap((name) => {
      const connection = environment.connections[name];
      const pin = Object.hasOwn(pins, name) ? pins[name] : undefined;
      const later = runbook.connections[name]?.identity?.valid_later;
      return connection ? [[name, plannedConnection(connection, pin, authorities, later)]] : [];
    }),
  );
}

/** With the identities of other connections that are used at one, as `CONNECTION/IDENTITY`. */
function withBorrowedIdentities(
  connections: Readonly<Record<string, PlannedConnection>>,
  used: ReadonlyMap<string, ReadonlySet<string | undefined>>,
): Record<string, PlannedConnection> {
  return Object.fromEntries(
    Object.entries(connections).map(([name, connection]) => {
      const borrowed = [...(used.get(name) ?? [])].flatMap((identity) => {
        const [, owner = '', theirs = ''] = /^([^/]+)\/(.+)$/.exec(identity ?? '') ?? [];
        const auth = connections[owner]?.identities?.[theirs];
        return identity === undefined || auth === undefined ? [] : [[identity, auth] as const];
      });
      if (borrowed.length === 0) return [name, connection];
      return [name, { ...connection, identities: { ...connection.identities, ...Object.fromEntries(borrowed) } }];
    }),
  );
}

function plannedConnection(
  settings: EnvironmentConnection,
  pin: string | undefined,
  authorities: Authorities,
  validLater: readonly string[] = [],
): PlannedConnection {
  const identities = 'identities' in settings ? Object.entries(settings.identities ?? {}) : [];
  const later = identities.map(([name]) => name).filter((name) => validLater.includes(name));
  const ca = 'ca' in settings ? settings.ca : undefined;
  const authority = ca === undefined ? undefined : authorityIn(authorities, ca);
  return {
    kind: kindNameOf(settings),
    ...kindOf(settings).planned(settings, pin),
    ...(authority && 'sha256' in authority ? { ca_sha256: authority.sha256 } : {}),
    ...('fingerprint' in settings && settings.fingerprint !== undefined ? { fingerprint: settings.fingerprint } : {}),
    ...(identities.length > 0
      ? { identities: Object.fromEntries(identities.map(([name, identity]) => [name, plannedAuth(identity.auth)])) }
      : {}),
    ...(later.length > 0 ? { valid_later: later } : {}),
  };
}
