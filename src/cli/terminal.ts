import { createInterface } from 'node:readline/promises';

/** Returns whether somebody can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env.CI;
}

/** Asks on the terminal; an empty string if nobody replies. */
export async function ask(question: string, signal?: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // In raw mode the terminal gives Ctrl-C to us, not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`\n${question}`, signal ? { signal } : {});
    return answer.trim().toLowerCase();
  } catch {
    return '';
  } finally {
    terminal.close();
  }
}
