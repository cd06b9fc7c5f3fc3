import { spawn } from 'node:child_process';
import stringWidth from 'string-width';

/** As git has it: less ends at once where the text fits, and leaves it on the screen. */
const defaultPager = 'less';
const defaultLess = 'FRX';

/**
 * Shows a text for people, through `$PAGER` where standard output is a terminal that it does not fit on. A pager that is missing or
 * fails loses nothing: the text is printed then.
 */
export async function show(text: string): Promise<void> {
  const { stdout, env } = process;
  const pager = env.PAGER ?? defaultPager;
  const isPaged =
    stdout.isTTY &&
    !env.CI &&
    !fits(text, stdout.columns, stdout.rows) &&
    pager.trim() !== '' &&
    pager.trim() !== 'cat';
  if (!isPaged || !(await isShownBy(pager, text))) stdout.write(text);
}

function fits(text: string, columns: number, rows: number): boolean {
  const lines = text.split('\n').map((line) => Math.max(1, Math.ceil(stringWidth(line) / Math.max(1, columns))));
  return lines.reduce((sum, height) => sum + height, 0) <= rows;
}

/** @returns Whether the pager has ended as one that somebody has read in and left. */
function isShownBy(pager: string, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    // In a pager Ctrl-C is the pager's.
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    const end = (isShown: boolean) => {
      process.off('SIGINT', ignore);
      resolve(isShown);
    };
    const child = spawn(pager, {
      // It may come with its options.
      shell: process.env.PAGER !== undefined,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: defaultLess, LV: '-c', ...process.env },
    });
    child.once('error', () => end(false));
    child.once('close', (code) => end(code === 0));
    // Who has read enough leaves before the end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });
}
