import { createInterface } from 'node:readline/promises';

/** Returns whether somebody can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env.CI;
}

/**
 * Asks on the terminal until the reply is one of those that count; a word counts by its first letter, too.
 * @returns The reply; undefined where nobody is there, or the signal comes.
 */
export async function choose<T extends string>(
  question: string,
  replies: readonly T[],
  signal?: AbortSignal,
): Promise<T | undefined> {
  for (let asked = question; ; asked = `Type ${replies.join(' or ')}: `) {
    const reply = await ask(asked, signal);
    if (reply === undefined) return undefined;
    const chosen = replies.find((one) => reply === one || reply === one[0]);
    if (chosen !== undefined) return chosen;
  }
}

/** Asks on the terminal; undefined where nobody is there, or the signal comes. */
export async function ask(question: string, signal?: AbortSignal): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // In raw mode the terminal gives Ctrl-C to us, not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // At the end of the input the question stays open for ever.
  const gone = new Promise<undefined>((resolve) => terminal.once('close', () => resolve(undefined)));
  try {
    // Only the last line is the prompt, which is drawn again while somebody types.
    const prompt = question.lastIndexOf('\n') + 1;
    process.stdout.write(`\n${question.slice(0, prompt)}`);
    const answer = await Promise.race([terminal.question(question.slice(prompt), signal ? { signal } : {}), gone]);
    return answer?.trim().toLowerCase();
  } catch {
    return undefined;
  } finally {
    terminal.close();
  }
}
