import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

// npm and vitest run in the folder of package.json.
const sources = join('test', 'real', 'server');
/** Outside the repository: the jars are fetched once per machine, and never redistributed. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'runbook-test');
const file = { username: 'filesuper', password: 'file-realm-1' };
const oss = { key: 'LTAI-test-key-id', secret: 'test+secret/with=odd&chars' };

/** Why there can be no real servers on this machine; undefined where there can. */
export function missingTools(): string | undefined {
  for (const [tool, argument] of [
    ['javac', '-version'],
    ['java', '-version'],
    ['mvn', '-v'],
  ] as const) {
    try {
      const output = execFileSync(tool, [argument], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      const version = tool === 'javac' ? Number(/javac (\d+)/.exec(output)?.[1] ?? 17) : 17;
      if (version < 17) return `${tool} is version ${version}`;
    } catch {
      return `there is no ${tool}`;
    }
  }
  return undefined;
}

/** Starts two real 7.10.2 nodes with security, empty; `stop` ends them and removes what they wrote. */
export async function startLab(): Promise<{ readonly lab: Lab; readonly stop: () => Promise<void> }> {
  const classPath = prepare();
  const folder = mkdtempSync(join(tmpdir(), 'runbook-real-'));
  const buckets = join(folder, 'buckets');
  mkdirSync(buckets);
  const [sourceHttp = 0, sourceTransport = 0, destinationHttp = 0, destinationTransport = 0] = await freePorts(4);
  const nodes = [
    start(classPath, join(folder, 'source'), buckets, 'source', sourceHttp, sourceTransport),
    start(classPath, join(folder, 'destination'), buckets, 'destination', destinationHttp, destinationTransport),
  ];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.ready));
  } catch (error) {
    await stop();
    throw error;
  }
  const source = { name: 'source', url: `http://127.0.0.1:${sourceHttp}` };
  const destination = { name: 'destination', url: `http://127.0.0.1:${destinationHttp}` };
  return { lab: { source, destination, file, oss, buckets }, stop };
}

/** Fetches the jars and compiles the node and the test plugin, both once; gives the class path. */
function prepare(): string {
  const pom = join(sources, 'pom-7.10.xml');
  const jars = join(cache, `jars-7.10-${hashOf([pom])}`);
  if (!existsSync(jars)) {
    inOnePiece(jars, (folder) => {
      const output = execFileSync(
        'mvn',
        ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`],
        { encoding: 'utf8' },
      );
      if (readdirSync(folder).length === 0) throw new Error(`Maven has fetched nothing: ${output}`);
    });
  }
  const java = [join(sources, 'Node710.java'), join(sources, 'runbook', 'test', 'OssRepositoryPlugin.java')];
  const classes = join(cache, `classes-7.10-${hashOf(java)}`);
  if (!existsSync(classes))
    inOnePiece(classes, (folder) =>
      execFileSync('javac', ['-d', folder, '-cp', join(jars, '*'), ...java], { stdio: ['ignore', 'inherit', 'pipe'] }),
    );
  return `${classes}:${join(jars, '*')}`;
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const one of files) hash.update(readFileSync(one));
  return hash.digest('hex').slice(0, 12);
}

/** A folder that is there is whole: it is filled under another name. */
function inOnePiece(folder: string, fill: (folder: string) => void): void {
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  fill(unfinished);
  renameSync(unfinished, folder);
}

function start(
  classPath: string,
  base: string,
  buckets: string,
  name: string,
  http: number,
  transport: number,
): { ready: Promise<void>; stop: () => Promise<void> } {
  const flags = [
    '--add-opens=java.base/java.lang=ALL-UNNAMED',
    '-Xmx700m',
    '-Des.set.netty.runtime.available.processors=false',
    `-Drunbook.test.buckets=${buckets}`,
    `-Drunbook.test.oss.key=${oss.key}`,
    `-Drunbook.test.oss.secret=${oss.secret}`,
  ];
  const node: ChildProcess = spawn(
    'java',
    [...flags, '-cp', classPath, 'Node710', base, String(http), String(transport), name, file.username, file.password],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let log = '';
  const ended = new Promise<void>((resolve) => node.once('exit', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString('utf8')).slice(-20_000);
      if (log.includes(`READY ${http}`)) resolve();
    };
    node.stdout?.on('data', read);
    node.stderr?.on('data', read);
    void ended.then(() => reject(new Error(`the node "${name}" ended before it was ready:\n${log}`)));
  });
  return {
    ready,
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
