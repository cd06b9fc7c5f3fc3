import { expect } from 'vitest';
import { type Cluster, passwords, type Version } from '../../real/lab.ts';
import { type Backend, type Login, repository, type Seen, sender } from '../backend.ts';

export const elastic = (password: string): Login => ({ username: 'elastic', password });
export const runner: Login = { username: 'runner', password: passwords.runner };

/** What the scenarios work with. */
export type Stage = ReturnType<typeof stageOf>;

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
  const isAccepted = async (at: Cluster, login: Login | { apiKey: string }) =>
    (await send(at, 'GET /_security/_authenticate', undefined, { login })).status === 200;
  const isEmptySuccess = ({ status, body }: Seen) => {
    expect(status).toBe(200);
    expect(body.snapshot).toMatchObject({ state: 'SUCCESS', indices: [], shards: { total: 0, failed: 0 } });
  };
  /** A repository of each, and a snapshot of the source's system indices in it. */
  async function carried(body: unknown): Promise<void> {
    expect((await register(source, 'r', 'a')).body).toEqual({ acknowledged: true });
    expect((await register(destination, 'r', 'a', { readonly: true })).body).toEqual({ acknowledged: true });
    const made = await snapshot(source, 'r', 's', body);
    expect(made.body.snapshot).toMatchObject({ state: 'SUCCESS', shards: { failed: 0 } });
  }
  return {
    version,
    backend,
    source,
    destination,
    send,
    register,
    snapshot,
    restore,
    isAccepted,
    isEmptySuccess,
    carried,
  };
}
