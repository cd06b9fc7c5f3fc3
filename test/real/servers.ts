import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { listen } from '../../src/sandbox/index.ts';
import { startObjectServer } from '../object-store.ts';
import type { Lab, Pair, Version } from './lab.ts';

// npm and vitest run in the folder of package.json.
const sources = join('test', 'real', 'server');
/** Outside the repository: the jars are fetched once per machine, and never redistributed. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'runbook-test');
const file = { username: 'filesuper', password: 'file-realm-1' };

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

/**
 * Starts real nodes, empty, and for each version an object store that they reach, so that the tests of the two can go on side
 * by side; `stop` ends them and removes what they wrote.
 */
export async function startLab(): Promise<{ readonly lab: Lab; readonly stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-real-'));
  const objects = { '7.10': await startObjectServer(), '8.5': await startObjectServer() };
  const ports = await freePorts(8);
  const starters: Record<string, () => Node> = {
    'source-7.10': () => node710(folder, 'source-7.10', ports.slice(0, 2)),
    'destination-7.10': () => node710(folder, 'destination-7.10', ports.slice(2, 4)),
    'source-8.5': () => node85(folder, 'source-8.5', ports.slice(4, 6)),
    'destination-8.5': () => node85(folder, 'destination-8.5', ports.slice(6, 8)),
  };
  const nodes = new Map(Object.entries(starters).map(([name, begin]) => [name, begin()]));
  // The tests run in other processes than the nodes' parent: they ask for a node to be killed and started again.
  const control = await listen(async (incoming) => {
    const name = incoming.url?.slice(1) ?? '';
    await nodes.get(name)?.kill();
    const again = starters[name]?.();
    if (!again) return { status: 404, headers: {}, body: '' };
    nodes.set(name, again);
    await again.ready;
    return { status: 200, headers: {}, body: '' };
  });
  const stop = async () => {
    await control.close();
    await Promise.all([...nodes.values()].map((node) => node.stop()));
    await Promise.all(Object.values(objects).map((store) => store.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all([...nodes.values()].map((node) => node.ready));
  } catch (error) {
    await stop();
    throw error;
  }
  const pair = (version: Version, first: number): Pair => ({
    version,
    source: { name: 'source', url: `http://127.0.0.1:${ports[first]}` },
    destination: { name: 'destination', url: `http://127.0.0.1:${ports[first + 2]}` },
    file,
    objects: objects[version].url,
    control: control.url,
  });
  return { lab: { '7.10': pair('7.10', 0), '8.5': pair('8.5', 4) }, stop };
}

const javaFlags = [
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
  '-Xmx600m',
  '-Des.set.netty.runtime.available.processors=false',
];

function node710(folder: string, name: string, [http = 0, transport = 0]: number[]): Node {
  const jars = jarsFor('7.10');
  const classes = classesFor('7.10', jars);
  const login = [file.username, file.password];
  const args = [
    '-cp',
    `${classes}:${join(jars, '*')}`,
    'Node',
    join(folder, name),
    `${http}`,
    `${transport}`,
    name,
    ...login,
  ];
  return start(name, http, args);
}

/** 8.5.3 loads modules and plugins from folders of its home; netty belongs to a module, and not on the class path. */
function node85(folder: string, name: string, [http = 0, transport = 0]: number[]): Node {
  const jars = jarsFor('8.5');
  const classes = classesFor('8.5', jars);
  const home = join(folder, `${name}-home`);
  for (const part of ['config', 'lib', 'plugins']) mkdirSync(join(home, part), { recursive: true });
  copyFileSync(join(sources, '8.5', 'log4j2.properties'), join(home, 'config', 'log4j2.properties'));
  const isModule = (jar: string) => /^(netty-|transport-netty4)/.test(jar);
  const install = (place: string, className: string, from: readonly string[]) => {
    mkdirSync(join(home, place), { recursive: true });
    for (const jar of from) copyFileSync(jar, join(home, place, basename(jar)));
    writeFileSync(
      join(home, place, 'plugin-descriptor.properties'),
      `description=of the tests\nversion=1\nname=${basename(place)}\nclassname=${className}\njava.version=17\nelasticsearch.version=8.5.3\n`,
    );
  };
  const all = readdirSync(jars);
  const moduleJars = all.filter(isModule).map((jar) => join(jars, jar));
  install('modules/transport-netty4', 'org.elasticsearch.transport.netty4.Netty4Plugin', moduleJars);
  for (const [plugin, className] of Object.entries(plugins85))
    install(join('plugins', plugin), className, [join(classes, `${plugin}.jar`)]);
  const classPath = [classes, ...all.filter((jar) => !isModule(jar)).map((jar) => join(jars, jar))].join(':');
  const login = [file.username, file.password];
  return start(name, http, [
    '-cp',
    classPath,
    'Node',
    home,
    join(folder, name),
    `${http}`,
    `${transport}`,
    name,
    ...login,
  ]);
}

/** Plugin → class; each is a jar of its own. */
const plugins85 = {
  oss: 'runbook.test.OssRepositoryPlugin',
  kibana: 'runbook.test.KibanaFeaturePlugin',
  security: 'org.elasticsearch.xpack.standin.SecurityPlugin',
};

/** The folder with a version's jars, fetched once per machine. */
function jarsFor(version: Version): string {
  const pom = join(sources, version, 'pom.xml');
  const jars = join(cache, `jars-${version}-${hashOf([pom])}`);
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
  return jars;
}

/** The folder with a version's compiled node; for 8.5 its plugins stand beside it as jars. */
function classesFor(version: Version, jars: string): string {
  const java = [version, 'common'].flatMap((folder) => javaIn(join(sources, folder)));
  const classes = join(cache, `classes-${version}-${hashOf(java)}`);
  if (existsSync(classes)) return classes;
  const javac = (folder: string, files: readonly string[]) =>
    execFileSync('javac', ['-d', folder, '-cp', join(jars, '*'), ...files], { stdio: ['ignore', 'inherit', 'pipe'] });
  inOnePiece(classes, (folder) => {
    if (version === '7.10') {
      javac(folder, java);
      return;
    }
    javac(folder, [join(sources, '8.5', 'Node.java')]);
    const parts = { oss: /OssRepository|OssBlobs/, kibana: /KibanaFeature/, security: /standin/ };
    for (const [plugin, part] of Object.entries(parts)) {
      const compiled = mkdtempSync(join(cache, 'plugin-'));
      javac(
        compiled,
        java.filter((path) => part.test(path)),
      );
      execFileSync('jar', ['cf', join(folder, `${plugin}.jar`), '-C', compiled, '.']);
      rmSync(compiled, { recursive: true });
    }
  });
  return classes;
}

function javaIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => path.endsWith('.java'))
    .sort()
    .map((path) => join(folder, path));
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

/** How long a node may take to start before something must be wrong. */
const patience = 180_000;

interface Node {
  readonly ready: Promise<void>;
  /** As a power loss ends it. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

function start(name: string, port: number, args: readonly string[]): Node {
  const node: ChildProcess = spawn('java', [...javaFlags, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  const ended = new Promise<void>((resolve) => node.once('exit', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString('utf8')).slice(-20_000);
      if (!log.includes(`READY ${port}`)) return;
      clearTimeout(late);
      resolve();
    };
    node.stdout?.on('data', read);
    node.stderr?.on('data', read);
    const late = setTimeout(
      () => reject(new Error(`the node "${name}" is not ready after ${patience / 1000} s:\n${log}`)),
      patience,
    );
    void ended.then(() => reject(new Error(`the node "${name}" ended before it was ready:\n${log}`)));
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
