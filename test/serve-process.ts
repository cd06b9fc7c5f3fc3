import { spawn } from 'node:child_process';
import { program } from './program.ts';

/** `runbook serve` in a process of its own: its address, and how to end it. */
export async function serve(directory: string, ...args: string[]) {
  const child = spawn(process.execPath, [program, 'serve', ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const [found] = /http:\S+/.exec(output) ?? [];
      if (found && output.includes('Ctrl-C')) resolve(found);
    });
    child.once('close', (code) => reject(new Error(`it ended with ${code}: ${output}`)));
  });
  const stop = () =>
    new Promise<number | null>((resolve) => {
      child.once('close', resolve);
      child.kill('SIGINT');
    });
  return { url, stop };
}
