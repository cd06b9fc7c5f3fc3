import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { program } from './program.ts';

/** The program on a pseudo-terminal (util-linux' script). */
export interface OnTerminal {
  readonly type: (text: string) => void;
  /** Waits until the screen has shown something, from the beginning or since it was last waited for. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly screen: string }>;
}

export function onTerminal(directory: string, args: readonly string[], env: Record<string, string> = {}): OnTerminal {
  const command = `stty cols 200 rows 60; exec ${process.execPath} ${program} ${args.join(' ')}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', XDG_STATE_HOME: join(directory, 'state'), ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let seen = 0;
  let wake = () => {};
  const look = (text: string, found: () => void) => {
    const index = screen.indexOf(text, seen);
    if (index < 0) return;
    seen = index + text.length;
    wake = () => {};
    found();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
    wake();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    type: (text) => child.stdin.write(text),
    shows: (text) =>
      new Promise((resolve, reject) => {
        wake = () => look(text, resolve);
        wake();
        void ended.then(() => reject(new Error(`it ended without "${text}": ${screen}`)));
      }),
    ended: ended.then((code) => ({ code, screen: stripVTControlCharacters(screen) })),
  };
}
