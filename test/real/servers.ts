import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../../src/sandbox/index.ts';
import { type ObjectServer, startObjectServer } from '../object-store.ts';
import { type Lab, type Pair, type Skipped, type Version, versions } from './lab.ts';
import { type Command, file, kibana, type Place, prepare } from './nodes.ts';

/**
 * Starts real nodes, empty, and for each version an object store that they reach, so that the tests of different versions can
 * run side by side; `stop` ends them and removes what they wrote. A version that this machine cannot have is skipped.
 */
export async function startLab(
  wanted: readonly Version[] = versions,
): Promise<{ readonly lab: Lab; readonly stop: () => Promise<void> }> {
  const notWanted: Skipped = { skipped: 'nobody asked for it' };
  // Before any node is started: it blocks this process.
  const prepared = versions.map(
    (version) => [version, wanted.includes(version) ? prepare[version]() : notWanted] as const,
  );
  const folder = mkdtempSync(join(tmpdir(), 'runbook-real-'));
  const nodes = new Map<string, { node: Node; again: () => Node }>();
  const stores: ObjectServer[] = [];
  // The tests run in other processes than the nodes' parent: they ask for a node to be killed and started again.
  const control = await listen(async (incoming) => {
    const found = nodes.get(incoming.url?.slice(1) ?? '');
    if (!found) return { status: 404, headers: {}, body: '' };
    await found.node.kill();
    found.node = found.again();
    await found.node.ready;
    return { status: 200, headers: {}, body: '' };
  });
  const stop = async () => {
    await control.close();
    await Promise.all([...nodes.values()].map(({ node }) => node.stop()));
    await Promise.all(stores.map((store) => store.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  const ports = await freePorts(4 * versions.length);
  async function pairOf(version: Version, command: Command): Promise<Pair> {
    const store = await startObjectServer();
    stores.push(store);
    const cluster = (role: 'source' | 'destination') => {
      const name = `${role}-${version}`;
      const [http = 0, transport = 0] = ports.splice(0, 2);
      const place = { name, folder: join(folder, name), http, transport };
      nodes.set(name, { node: start(place, command), again: () => start(place, command) });
      return { name: role, url: `http://127.0.0.1:${http}` };
    };
    return {
      version,
      source: cluster('source'),
      destination: cluster('destination'),
      file,
      ...(version === '8.19' || version === '9.5' ? { kibana } : {}),
      objects: store.url,
      control: control.url,
    };
  }
  try {
    const pairs = await Promise.all(
      prepared.map(async ([version, command]) => [
        version,
        typeof command === 'function' ? await pairOf(version, command) : command,
      ]),
    );
    await Promise.all([...nodes.values()].map(({ node }) => node.ready));
    return { lab: Object.fromEntries(pairs) as Lab, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A node that takes longer to start than this, in milliseconds, never will. */
const patience = 300_000;

interface Node {
  readonly ready: Promise<void>;
  /** As a power loss ends it. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

function start(place: Place, command: Command): Node {
  const [program, ...args] = command(place);
  const node: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  const ended = new Promise<void>((resolve) => node.once('exit', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString('utf8')).slice(-20_000);
      if (!log.includes(`READY ${place.http}`)) return;
      clearTimeout(late);
      resolve();
    };
    node.stdout?.on('data', read);
    node.stderr?.on('data', read);
    const late = setTimeout(
      () => reject(new Error(`the node "${place.name}" is not ready after ${patience / 1000} s:\n${log}`)),
      patience,
    );
    void ended.then(() => {
      clearTimeout(late);
      reject(new Error(`the node "${place.name}" ended before it was ready:\n${log}`));
    });
  });
  return {
    ready,
    kill: async () => {
      node.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      node.stdin?.end();
      await ended;
    },
  };
}

/** Different ports that are free now; all are held until all are known. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
