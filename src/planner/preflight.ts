import type { Connection } from '../language/index.ts';
import type { Plan, PlannedConnection, PlannedRequest } from '../plan/index.ts';

type Login = string | undefined;

/** What has to hold at a connection before the first write, per kind. A new kind is one entry here. */
const preflights: Readonly<
  Record<
    Connection['kind'],
    (
      name: string,
      connection: PlannedConnection,
      logins: readonly Login[],
      plan: Pick<Plan, 'runbook'>,
    ) => Omit<PlannedRequest, 'number'>[]
  >
> = {
  elasticsearch: (name, connection, logins, plan) =>
    logins.map((identity) =>
      identity !== undefined && connection.valid_later?.includes(identity)
        ? laterPreflight(name, connection, identity, plan)
        : elasticsearchPreflight(name, connection, identity, plan),
    ),
  kibana: (name, connection, _logins, plan) => [kibanaPreflight(name, connection, plan)],
  oss: (name, connection, _logins, plan) => [bucketPreflight(name, connection, plan)],
};

/** A cluster that has just been started may need a moment. */
const patience = { timeout_ms: 30_000, retry: { attempts: 3, delay_ms: 1_000, budget_ms: 30_000 } } as const;

/** The preflight of every connection that the plan uses, with each login that it uses there. */
export function preflightFor(
  plan: Pick<Plan, 'runbook' | 'environment'>,
  used: ReadonlyMap<string, ReadonlySet<Login>>,
): PlannedRequest[] {
  return Object.entries(plan.environment.connections)
    .flatMap(([name, connection]) => {
      const logins = used.get(name);
      return logins ? preflights[connection.kind](name, connection, [...logins].sort(), plan) : [];
    })
    .map((request, index) => ({ ...request, number: `p${index + 1}` }));
}

/** A read before the first write; the connections differ in what is asked and what it has to be. */
function preflightOf(
  id: string,
  file: string,
  asked: Pick<PlannedRequest, 'title' | 'request' | 'expect'>,
): Omit<PlannedRequest, 'number'> {
  return { kind: 'request', id: `preflight/${id}`, at: file, effect: 'read', ...asked, ...patience };
}

/** Reachable, the login accepted, the version in the runbook's range, and the pinned cluster. */
function elasticsearchPreflight(
  name: string,
  connection: PlannedConnection,
  identity: Login,
  { runbook }: Pick<Plan, 'runbook'>,
): Omit<PlannedRequest, 'number'> {
  const login = identity === undefined ? connection.login : connection.identities?.[identity];
  const place = `${name} (${connection.url})`;
  return preflightOf(`${name}${identity === undefined ? '' : `/${identity}`}`, runbook.file, {
    title: `${place} is reachable, accepts ${login}, and is Elasticsearch ${runbook.elasticsearch}`,
    request: {
      type: 'http',
      connection: name,
      ...(identity === undefined ? {} : { identity }),
      method: 'GET',
      path: '/',
    },
    expect: {
      status: [200],
      message: `${place} did not accept ${login}. Check the ${identity === undefined ? 'auth' : `identity "${identity}"`} of connection ${name} in the environment file, and the secret it refers to.`,
      body: [
        {
          subject: 'version.number',
          expect: {
            version_in: runbook.elasticsearch,
            message: `${runbook.file} is written for Elasticsearch ${runbook.elasticsearch}, and ${place} is another version. Choose the runbook for its version: runbook list.`,
          },
        },
        ...(connection.cluster_uuid === undefined
          ? []
          : [
              {
                subject: 'cluster_uuid',
                expect: {
                  equals: connection.cluster_uuid,
                  message: `${place} is not the pinned cluster. Check the url; pin another one (cluster_uuid, or plan --pin) only if the cluster really was replaced.`,
                },
              },
            ]),
      ],
    },
  });
}

/** An identity that the server accepts only later: whether it does already is not asserted. */
function laterPreflight(
  name: string,
  connection: PlannedConnection,
  identity: string,
  { runbook }: Pick<Plan, 'runbook'>,
): Omit<PlannedRequest, 'number'> {
  const place = `${name} (${connection.url})`;
  return preflightOf(`${name}/${identity}`, runbook.file, {
    title: `${place} answers ${connection.identities?.[identity]}, which it accepts only later in the run`,
    request: { type: 'http', connection: name, identity, method: 'GET', path: '/' },
    expect: {
      status: [200, 401],
      message: `${place} gives an unexpected response to ${connection.identities?.[identity]}.`,
      body: [],
    },
  });
}

/** Reachable, the login accepted, up, and of the clusters' version. */
function kibanaPreflight(
  name: string,
  connection: PlannedConnection,
  { runbook }: Pick<Plan, 'runbook'>,
): Omit<PlannedRequest, 'number'> {
  const place = `${name} (${connection.url})`;
  return preflightOf(name, runbook.file, {
    title: `${place} is up, accepts ${connection.login}, and is Kibana ${runbook.elasticsearch}`,
    request: { type: 'http', connection: name, method: 'GET', path: '/api/status' },
    expect: {
      status: [200],
      message: `${place} is not up, is no Kibana, or did not accept ${connection.login}. Check the url and auth of connection ${name} in the environment file, and Kibana's own log.`,
      body: [
        {
          // 7.10 has a state (green), 8.x a level (available).
          subject: 'status.overall.[level, state][] | [0]',
          expect: {
            in: ['available', 'green'],
            message: `${place} says of itself that it is not available. Wait, or look into its log.`,
          },
        },
        {
          subject: 'version.number',
          expect: {
            version_in: runbook.elasticsearch,
            message: `${runbook.file} is written for Kibana and Elasticsearch ${runbook.elasticsearch}, and the Kibana at ${place} is another version. Choose the runbook for its version: runbook list.`,
          },
        },
      ],
    },
  });
}

/** There, in the configured region, of a class that snapshots can be restored from, and private (docs/how-servers-behave.md, R3). */
function bucketPreflight(
  name: string,
  connection: PlannedConnection,
  { runbook }: Pick<Plan, 'runbook'>,
): Omit<PlannedRequest, 'number'> {
  const place = `${name} (${connection.url})`;
  return preflightOf(name, runbook.file, {
    title: `${place} is there, of class Standard, private, and in ${connection.region}`,
    request: { type: 'oss', connection: name, operation: 'bucketInfo' },
    expect: {
      status: [200],
      message: `${place} cannot be looked at.`,
      body: [
        {
          subject: 'location',
          expect: {
            equals: `oss-${connection.region}`,
            message: `The bucket is in another region. Correct region and endpoint of connection ${name} in the environment file.`,
          },
        },
        {
          subject: 'storage_class',
          expect: {
            equals: 'Standard',
            message:
              'A repository in a bucket of this class fails its verification, and an archived snapshot cannot be restored. Take a bucket of class Standard.',
          },
        },
        {
          subject: 'acl',
          expect: {
            equals: 'private',
            message:
              "The bucket is public, and the snapshot holds the hashes of all passwords and API keys. Set the bucket's ACL to private.",
          },
        },
      ],
    },
  });
}
