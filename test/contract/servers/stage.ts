import { expect } from 'vitest';
import { type Cluster, kibanaIndices, passwords, type Version } from '../../real/lab.ts';
import { type Backend, type Login, repository, type Seen, sender } from '../backend.ts';

export const elastic = (password: string): Login => ({ username: 'elastic', password });
export const runner: Login = { username: 'runner', password: passwords.runner };
export const kara: Login = { username: 'kara', password: passwords.kara };

/** The clusters and calls that the scenarios work with. */
export type Stage = ReturnType<typeof stageOf>;

/** The number of primary shards that a node recovers at a time: with 0 a restore stays in progress. */
const recoveries = 'cluster.routing.allocation.node_initial_primaries_recoveries';

/** @param backend Known when a scenario runs, not yet when it is declared. */
export function stageOf(version: Version, backend: () => Backend) {
  const cluster = (which: 'source' | 'destination'): Cluster => ({
    name: which,
    get url() {
      return backend().pair[which].url;
    },
  });
  const [source, destination] = [cluster('source'), cluster('destination')];
  const send: ReturnType<typeof sender> = (...call) => sender(backend().pair)(...call);
  const register = (at: Cluster, repo: string, path: string, more: Record<string, unknown> = {}) =>
    send(at, `PUT /_snapshot/${repo}`, repository(backend().pair, path, more));
  const snapshot = (at: Cluster, repo: string, snap: string, body: unknown): Promise<Seen> =>
    send(at, `PUT /_snapshot/${repo}/${snap}?wait_for_completion=true`, body);
  const restore = (at: Cluster, repo: string, snap: string, body: unknown, login?: Login) =>
    send(at, `POST /_snapshot/${repo}/${snap}/_restore?wait_for_completion=true`, body, login ? { login } : undefined);
  /** The status code that somebody gets. */
  const statusOf = async (at: Cluster, login: Login | { apiKey: string }) =>
    (await send(at, 'GET /_security/_authenticate', undefined, { login })).status;
  const isAccepted = async (at: Cluster, login: Login | { apiKey: string }) => (await statusOf(at, login)) === 200;
  const isEmptySuccess = ({ status, body }: Seen) => {
    expect(status).toBe(200);
    expect(body.snapshot).toMatchObject({ state: 'SUCCESS', indices: [], shards: { total: 0, failed: 0 } });
  };
  /** A repository of each, and a snapshot of the source in it. */
  async function carried(body: unknown): Promise<void> {
    expect((await register(source, 'r', 'a')).body).toEqual({ acknowledged: true });
    expect((await register(destination, 'r', 'a', { readonly: true })).body).toEqual({ acknowledged: true });
    const made = await snapshot(source, 'r', 's', body);
    expect(made.body.snapshot).toMatchObject({ state: 'SUCCESS', shards: { failed: 0 } });
  }
  /** Restores at the destination stay in progress while `during` runs. */
  async function held(during: () => Promise<void>): Promise<void> {
    const set = (count: number | null) =>
      send(destination, 'PUT /_cluster/settings', { transient: { [recoveries]: count } });
    expect((await set(0)).status).toBe(200);
    try {
      await during();
    } finally {
      await set(null);
    }
  }
  /** An API key of the runner, as it is sent. */
  async function apiKeyAt(at: Cluster): Promise<{ apiKey: string }> {
    const { body } = await send(at, 'POST /_security/api_key', { name: 'ci' }, { login: runner });
    return { apiKey: `${body.id}:${body.api_key}` };
  }
  return {
    version,
    hasFeatures: version !== '7.10',
    backend,
    source,
    destination,
    /** The indices of Kibana that a scenario begins with, and of them the one behind `.kibana`. */
    kibanaIndices: kibanaIndices(version),
    send,
    register,
    snapshot,
    restore,
    statusOf,
    isAccepted,
    isEmptySuccess,
    carried,
    held,
    apiKeyAt,
    /** Those who may change Kibana's indices. */
    system: () => ({ login: backend().pair.kibana ?? backend().pair.file }),
  };
}

/** The body of a restore of feature states alone. */
export function onlyFeatures(...feature_states: readonly string[]) {
  return { indices: '-*', feature_states, include_global_state: false };
}
