import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { program } from './program.ts';

const started: ChildProcess[] = [];

/** Ends the sandboxes that a test file has started. */
export async function stopSandboxes(): Promise<void> {
  for (const child of started.splice(0)) {
    child.kill('SIGTERM');
    await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(undefined)));
  }
}

/** `runbook sandbox` in a process of its own, once it is up. `said` gives what it has printed. */
export async function sandbox(directory: string, version: string, ...args: string[]) {
  const child = spawn(process.execPath, [program, 'sandbox', '--version', version, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes('Ctrl-C ends it')) resolve();
    });
    child.once('close', (code) => reject(new Error(`it ended with ${code}: ${output}`)));
  });
  return { child, env: join('.runbook', 'sandbox', `sandbox-${version}.yaml`), said: () => output };
}
