import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sandboxBackend } from '../contract/sandbox-backend.ts';
import { startKibana } from '../kibana.ts';
import { lastJournal, runbook, workingDirectory, writesIn } from '../program.ts';
import { environmentOf, secretsOf } from '../real/environment.ts';
import { canLogIn, type Pair, passwords, request } from '../real/lab.ts';
import { type FaultyProxy, proxyTo, type Treatment } from '../real/proxy.ts';

let backend: Awaited<ReturnType<typeof sandboxBackend>>;
let pair: Pair;
let directory: string;
const proxies: FaultyProxy[] = [];

beforeAll(async () => {
  backend = await sandboxBackend('8.5');
  ({ pair } = backend);
});
afterAll(() => backend.sandbox.close());
beforeEach(async () => {
  await backend.reset();
  directory = workingDirectory();
});
afterEach(() => Promise.all(proxies.splice(0).map((proxy) => proxy.close())));

const elastic = '{ basic: { username: elastic, password: { env: SOURCE_PASSWORD } } }';
const restored = `    identities:\n      restored: { auth: ${elastic} }\n`;

/** Runs a runbook with the destination, and its Kibana, behind a proxy that answers some calls itself. */
async function exec(
  args: readonly string[],
  treat: (call: string, user: string) => Treatment,
  change: Parameters<typeof environmentOf>[1] = {},
) {
  const treated: Parameters<typeof proxyTo>[1] = (call, { headers }) => {
    const [, login = ''] = (headers.authorization ?? '').split(' ');
    return treat(decodeURIComponent(call), Buffer.from(login, 'base64').toString('utf8').split(':')[0] ?? '');
  };
  const destination = await proxyTo(pair.destination.url, treated);
  const kibanas = [await startKibana(pair, pair.source.url), await startKibana(pair, pair.destination.url)];
  const kibana = await proxyTo(kibanas[1]?.url ?? '', treated);
  proxies.push(destination, kibana);
  const urls = { destination: destination.url, kibana: { source: kibanas[0]?.url ?? '', destination: kibana.url } };
  writeFileSync(join(directory, 'lab.yaml'), environmentOf(pair, { ...urls, ...change }));
  const ended = await runbook(directory, ['exec', ...args, '--env', 'lab.yaml'], secretsOf(pair));
  await Promise.all(kibanas.map((one) => one.close()));
  return { ...ended, seen: destination.seen };
}
const users = ['users', '--confirm', 'replace/swap'];
const visualizations = ['visualizations', '--confirm', 'replace/swap'];
const kara = () => canLogIn(pair, pair.destination, 'kara', passwords.kara);
const runner = () => canLogIn(pair, pair.destination, 'runner', passwords.runner);

describe('as real servers answer', () => {
  it('users-8.5 asks for what a restore needs: no superuser of 8.x has manage on .security-* (E1)', async () => {
    const ended = await exec(users, (call, user) => {
      if (user !== pair.file.username || !call.startsWith('POST /_security/user/_has_privileges')) return 'forward';
      const index = { '.security-*': { manage: false, monitor: true, delete_index: false } };
      const body = { username: user, has_all_requested: false, cluster: { manage: true }, index, application: {} };
      return { instead: 200, body };
    });
    expect(ended.code).toBe(0);
    expect(await kara()).toBe(true);
  });

  it('a missing privilege is found before the first write', async () => {
    const put = (path: string, body: unknown) => request(pair, pair.destination, 'PUT', path, body);
    await put('/_security/role/snapper', { cluster: ['manage', 'create_snapshot'], indices: [] });
    await put('/_security/user/nina', { password: passwords.runner, roles: ['snapper'] });
    const ended = await exec(visualizations, () => 'forward', { destinationUser: 'nina' });
    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain(
      'These credentials lack the cluster privilege manage, or privileges on the restricted',
    );
    expect(writesIn(lastJournal(directory))).toEqual([]);
  });

  it('a Kibana that was not restarted undoes no correct restore (M3)', async () => {
    const message = 'Saved object index alias [.kibana_8.5.3] not found: index_not_found_exception';
    const stale: Treatment = { instead: 500, body: { statusCode: 500, error: 'Internal Server Error', message } };
    const treat = (call: string): Treatment => (call.startsWith('GET /api/saved_objects/_find') ? stale : 'forward');
    const ended = await exec(visualizations, treat);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("WARNING: Restart the destination's Kibana now");

    await backend.reset();
    const asking = [...visualizations, '--confirm', 'kibana', '--set', 'look_through_kibana=true'];
    const asked = await exec(asking, () => 'forward');
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain('Kibana shows the named visualizations — done');
  });

  it("shows Kibana's own message", async () => {
    const body = { statusCode: 400, error: 'Bad Request', message: "Can't export more than 10000 objects" };
    const ended = await exec(['visualizations-copy'], (call) =>
      call.startsWith('POST /api/saved_objects/_export') ? { instead: 400, body } : 'forward',
    );
    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain("server    Bad Request: Can't export more than 10000 objects");
  });

  it('visualizations-copy is split where Kibana says 413', async () => {
    let imports = 0;
    const body = { statusCode: 413, error: 'Request Entity Too Large', message: 'Payload content length is too great' };
    const ended = await exec(['visualizations-copy', '--set', 'batch_characters=400'], (call) => {
      if (!call.startsWith('POST /api/saved_objects/_import')) return 'forward';
      imports++;
      return imports === 1 ? { instead: 413, body } : 'forward';
    });
    expect(ended.code).toBe(0);
    expect(imports).toBeGreaterThan(2);
    expect(ended.stdout).toMatch(/import-batch#\d+: Import \d+ objects — done/);
  });
});

describe('users of a managed cluster, where the response of the restore is lost', () => {
  const isRestore = (call: string) => /^POST .*\/snapshot_1\/_restore/.test(call);

  it('it is read back with the login of the source', async () => {
    const treat = (call: string): Treatment => (isRestore(call) ? 'reset-after-forwarding' : 'forward');
    const ended = await exec(users, treat, { identities: restored });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('read back: it took effect');
    expect(ended.seen.filter(isRestore)).toHaveLength(1);
    expect(await kara()).toBe(true);
  });

  it('a restore that never began is read back with the old login, and everything is as it was', async () => {
    const treat = (call: string): Treatment => (isRestore(call) ? { instead: 504, body: {} } : 'forward');
    const ended = await exec(users, treat, { identities: restored });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('read back: not in place at');
    expect(await runner()).toBe(true);
    expect(await kara()).toBe(false);
  });

  it('an assertion that fails afterwards is rolled back with the login of the source', async () => {
    const gone: Treatment = { instead: 404, body: {} };
    const treat = (call: string): Treatment => (call === 'GET /_security/user' ? gone : 'forward');
    const ended = await exec(users, treat, { identities: restored });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('nothing that its steps wrote is left in place');
    expect(await runner()).toBe(true);
    expect(await kara()).toBe(false);
  });
});
