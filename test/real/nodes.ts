import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { classesOf, compileFor21, jarsIn, jarsOf, javac, javaIn, javaOf } from './fetched.ts';
import type { Skipped, Version } from './lab.ts';

/** The file realm of every node: a superuser, and on 8.19 and later Kibana's own login. */
export const file = { username: 'filesuper', password: 'file-realm-1' };
export const kibana = { username: 'kibanaserver', password: 'kibana-pw-1' };

/** Where one node lives. */
export interface Place {
  readonly name: string;
  /** Its own: nothing else is in it. */
  readonly folder: string;
  readonly http: number;
  readonly transport: number;
}

/** The program and the arguments that start a node. */
export type Command = (place: Place) => readonly [program: string, ...args: string[]];

/**
 * Fetches and compiles what the nodes of a version need, once per machine. `Skipped` where the machine cannot have it; what
 * fails otherwise is an error.
 */
export const prepare: Readonly<Record<Version, () => Command | Skipped>> = {
  '7.10': prepare710,
  '8.5': prepare85,
  '8.19': () => {
    const jars = jarsOf('8.19', join(sources, '8.19', 'pom.xml'));
    return secured('8.19', 'java', jars, [], (folder, java) => javac(folder, jars, java));
  },
  '9.5': () => {
    const java = javaOf(21);
    if (typeof java !== 'string') return java;
    const jars = jarsOf('9.5', join(sources, '9.5', 'pom.xml'));
    const compiler = join(sources, '9.5', 'ecj.xml');
    const native = ['--enable-native-access=ALL-UNNAMED'];
    return secured('9.5', java, jars, native, (folder, files) => compileFor21(java, compiler, folder, jars, files));
  },
};

// npm and vitest run in the folder of package.json.
const sources = join('test', 'real', 'server');

const flags = [
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
  '-Xmx600m',
  // They start in half the time, and do not live long enough to miss the better compiler.
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Des.set.netty.runtime.available.processors=false',
];

function prepare710(): Command {
  const jars = jarsOf('7.10', join(sources, '7.10', 'pom.xml'));
  const java = javaIn(join(sources, '7.10'), join(sources, 'common'));
  const classes = classesOf('7.10', java, (folder) => javac(folder, jars, java));
  return ({ name, folder, http, transport }) => [
    'java',
    ...flags,
    ...['-cp', [classes, join(jars, '*')].join(delimiter), 'Node'],
    ...[folder, `${http}`, `${transport}`, name, file.username, file.password],
  ];
}

/** Plugin → class; each is a jar of its own. */
const plugins85 = {
  oss: 'runbook.test.OssRepositoryPlugin',
  kibana: 'runbook.test.KibanaFeaturePlugin',
  security: 'org.elasticsearch.xpack.standin.SecurityPlugin',
};

/** 8.5.3 loads modules and plugins from folders of its home; netty belongs to a module, and not on the class path. */
function prepare85(): Command {
  const jars = jarsOf('8.5', join(sources, '8.5', 'pom.xml'));
  const classes = classesOf('8.5', java85(), (folder) => compile85(folder, jars));
  const isModule = (jar: string) => /^(netty-|transport-netty4)/.test(basename(jar));
  const classPath = [classes, ...jarsIn(jars).filter((jar) => !isModule(jar))].join(delimiter);
  return ({ name, folder, http, transport }) => {
    const home = homeIn(folder);
    const install = (place: string, className: string, from: readonly string[]) => {
      mkdirSync(join(home, place), { recursive: true });
      for (const jar of from) copyFileSync(jar, join(home, place, basename(jar)));
      writeFileSync(
        join(home, place, 'plugin-descriptor.properties'),
        `description=of the tests\nversion=1\nname=${basename(place)}\nclassname=${className}\njava.version=17\nelasticsearch.version=8.5.3\n`,
      );
    };
    const netty = 'org.elasticsearch.transport.netty4.Netty4Plugin';
    install('modules/transport-netty4', netty, jarsIn(jars).filter(isModule));
    for (const [plugin, className] of Object.entries(plugins85))
      install(join('plugins', plugin), className, [join(classes, `${plugin}.jar`)]);
    const args = [home, join(folder, 'data'), `${http}`, `${transport}`, name, file.username, file.password];
    return ['java', ...flags, '-cp', classPath, 'Node', ...args];
  };
}

const java85 = () => javaIn(join(sources, '8.5'), join(sources, 'common'), join(sources, 'since-8'));

/** The node's class, and beside it the plugins as jars. */
function compile85(folder: string, jars: string): void {
  javac(folder, jars, [join(sources, '8.5', 'Node.java')]);
  const parts = { oss: /Oss/, kibana: /KibanaFeature/, security: /standin/ };
  for (const [plugin, part] of Object.entries(parts)) {
    const compiled = mkdtempSync(join(tmpdir(), 'runbook-plugin-'));
    javac(
      compiled,
      jars,
      java85().filter((path) => part.test(path)),
    );
    execFileSync('jar', ['cf', join(folder, `${plugin}.jar`), '-C', compiled, '.']);
    rmSync(compiled, { recursive: true });
  }
}

/** Nodes of 8.19 and later, with real security: all modules are on the class path. */
function secured(
  version: '8.19' | '9.5',
  java: string,
  jars: string,
  more: readonly string[],
  compile: (folder: string, files: readonly string[]) => void,
): Command {
  const files = javaIn(...['common', 'since-8', 'since-8.19', version].map((folder) => join(sources, folder)));
  const classes = classesOf(version, files, (folder) => compile(folder, files));
  const users = [file.username, file.password, 'superuser', kibana.username, kibana.password, 'kibana_system'];
  return ({ name, folder, http, transport }) => {
    const home = homeIn(folder);
    return [
      java,
      ...flags,
      ...more,
      '--add-opens=java.base/java.io=ALL-UNNAMED',
      `-Des.path.home=${home}`,
      '-Des.distribution.type=tar',
      // It is in no jar.
      '-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false',
      ...['-cp', [classes, join(jars, '*')].join(delimiter), 'org.elasticsearch.node.SecuredNode'],
      ...[home, `${http}`, `${transport}`, name, ...users],
    ];
  };
}

function homeIn(folder: string): string {
  const home = join(folder, 'home');
  for (const part of ['config', 'lib', 'modules', 'plugins']) mkdirSync(join(home, part), { recursive: true });
  copyFileSync(join(sources, 'since-8', 'log4j2.properties'), join(home, 'config', 'log4j2.properties'));
  return home;
}
