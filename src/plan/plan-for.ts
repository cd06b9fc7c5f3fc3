import {
  type Auth,
  type Bundle,
  type Checked,
  type Diagnostic,
  didYouMean,
  type Environment,
  type EnvironmentConnection,
  hasErrors,
  type Loaded,
  type Runbook,
} from '../language/index.ts';
import { expand } from './expand.ts';
import { inputsFor } from './inputs.ts';
import { locksFor } from './locks.ts';
import type { Plan, PlannedConnection } from './plan.ts';
import { preflightFor } from './preflight.ts';

/**
 * The plan of a runbook in an environment: offline and deterministic, the same arguments give the same plan.
 * @param bundle A runbook without errors (`check`).
 * @param sets `name=value` texts that override inputs.
 * @returns The plan, or everything that is wrong with the inputs, the environment, or a template that now has values.
 */
export function planFor(bundle: Bundle, environment: Loaded<Environment>, sets: readonly string[]): Checked<Plan> {
  const { inputs, diagnostics: inputDiagnostics } = inputsFor(bundle.runbook, environment, sets);
  const diagnostics: Diagnostic[] = [...inputDiagnostics, ...connectionDiagnostics(bundle.runbook, environment)];
  if (hasErrors(diagnostics)) return { diagnostics };
  const runbook = bundle.runbook.value;
  const connections = plannedConnections(runbook, environment.value);
  const { steps, rollback, used, diagnostics: found } = expand(bundle, environment, connections, inputs);
  diagnostics.push(...found);
  if (hasErrors(diagnostics)) return { diagnostics };
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
    },
  };
  return {
    value: {
      format: 'runbook-plan/v1',
      ...head,
      inputs: Object.fromEntries(inputs),
      locks: locksFor({ steps, rollback }, connections),
      preflight: preflightFor(head, used),
      steps,
      rollback,
    },
    diagnostics,
  };
}

function connectionDiagnostics(runbook: Loaded<Runbook>, environment: Loaded<Environment>): Diagnostic[] {
  const given = environment.value.connections;
  return Object.entries(runbook.value.connections).flatMap(([name, declared]) => {
    const connection = Object.hasOwn(given, name) ? given[name] : undefined;
    const problem = (code: string, message: string, path: (string | number)[], help: string): Diagnostic[] => [
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
    const kind = connection.kind ?? 'elasticsearch';
    if (kind === declared.kind) return [];
    return problem(
      'wrong-connection-kind',
      `the connection "${name}" is of kind ${kind}, and ${runbook.source.file} needs ${declared.kind}`,
      ['connections', name],
      `Write kind: ${declared.kind}, or check the name.`,
    );
  });
}

function plannedConnections(runbook: Runbook, environment: Environment): Record<string, PlannedConnection> {
  return Object.fromEntries(
    Object.keys(runbook.connections).flatMap((name) => {
      const connection = environment.connections[name];
      return connection ? [[name, plannedConnection(connection)]] : [];
    }),
  );
}

function plannedConnection(connection: EnvironmentConnection): PlannedConnection {
  if ('endpoint' in connection)
    return {
      kind: 'oss',
      url: `${connection.endpoint}/${connection.bucket}`,
      login: 'access key',
      region: connection.region.replace(/^oss-/, ''),
    };
  const identities = 'identities' in connection ? Object.entries(connection.identities ?? {}) : [];
  return {
    kind: connection.kind ?? 'elasticsearch',
    url: connection.url.replace(/\/+$/, '') + spaceOf(connection),
    login: loginOf(connection.auth),
    ...(identities.length > 0
      ? { identities: Object.fromEntries(identities.map(([name, identity]) => [name, loginOf(identity.auth)])) }
      : {}),
    ...('cluster_uuid' in connection && connection.cluster_uuid ? { cluster_uuid: connection.cluster_uuid } : {}),
  };
}

/** Everything in a space of Kibana but the first one has a path of its own. */
function spaceOf(connection: EnvironmentConnection): string {
  const space = connection.kind === 'kibana' ? connection.space : undefined;
  return space === undefined || space === 'default' ? '' : `/s/${space}`;
}

function loginOf(auth: Auth | undefined): string {
  if (!auth) return 'no login';
  if (auth.basic) return `user ${auth.basic.username}`;
  return auth.api_key ? 'an API key' : 'a bearer token';
}
