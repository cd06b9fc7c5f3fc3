import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';

/** One line of the benchmark. */
export interface Figure {
  /** It is compared with that of the last release under this name. */
  readonly name: string;
  /** What is compared: a ratio within one run, or a number that does not depend on the machine. Less is better. */
  readonly value: number;
  readonly unit: '×' | 's' | 'ms' | 'MB' | 'bytes' | 'handshakes';
  /** The most that it is to be. */
  readonly goal?: number;
  /** What else a reader wants to know, such as the absolute times of this machine. */
  readonly note?: string;
}

/** Figures that are measured together, in `bench/main.ts` in their order. */
export interface Group {
  readonly title: string;
  readonly figures: () => AsyncIterable<Figure>;
}

/** The program as it is built. */
export const program = resolve('dist/runbook.js');

/** What a process has taken. */
export interface Usage {
  /** Of all its threads, in user and system mode, in seconds: what else the machine does matters less to it than to the time on the clock. */
  readonly cpu: number;
  /** In seconds. */
  readonly wall: number;
  /** The most memory that it has had, in MB of 10^6 bytes. */
  readonly peak: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

// Node itself says what it has taken, as its last act.
const reporter = `data:text/javascript,process.on('exit',()=>{const{userCPUTime:u,systemCPUTime:s,maxRSS:m}=process.resourceUsage();process.getBuiltinModule('fs').writeSync(3,JSON.stringify([u+s,m]))})`;

/** Runs a script of Node to its end. To look at what it takes costs some ten milliseconds: short ones are timed by `secondsOf`. */
export function usageOf(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Usage {
  const started = performance.now();
  const done = spawnSync(process.execPath, ['--import', reporter, ...args], {
    ...options,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    maxBuffer: 2 ** 30,
  });
  const wall = (performance.now() - started) / 1_000;
  const [cpu = 0, peak = 0] = JSON.parse(String(done.output[3])) as number[];
  const { status: code, stdout, stderr } = done;
  return { cpu: cpu / 1e6, wall, peak: (peak * 1_024) / 1e6, code, stdout, stderr };
}

/** How long a script of Node takes on the clock, in seconds. @throws where it fails. */
export function secondsOf(args: readonly string[], cwd = '.'): number {
  const started = performance.now();
  execFileSync(process.execPath, args, { cwd, stdio: 'ignore' });
  return (performance.now() - started) / 1_000;
}

/** A new folder for the files of a benchmark. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'runbook-bench-'));
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median of pairs: what is measured and its peer take turns, so that a machine that slows down slows both. */
export function ratioOf(pairs: number, measured: () => number, peer: () => number): number {
  return median(
    Array.from({ length: pairs }, () => {
      const beside = peer();
      return measured() / beside;
    }),
  );
}
