import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { lastJournal, outcomes, workingDirectory } from '../program.ts';
import { environmentOf, secretsOf } from './environment.ts';
import { canLogIn, type Pair, passwords, reset } from './lab.ts';

const provided = inject('lab')['7.10'];

describe.skipIf('skipped' in provided)('users-7.10 on a terminal', () => {
  const lab = provided as Pair;
  let directory: string;

  beforeEach(async () => {
    await reset(lab);
    directory = workingDirectory();
    writeFileSync(join(directory, 'lab.yaml'), environmentOf(lab));
  });

  /** Runs it in a pseudo-terminal (util-linux' script) and types an answer when it is asked, and another one when it is asked again. */
  async function onTerminal(
    answer: string,
    columns = 140,
    afterNo = '',
  ): Promise<{ code: number | null; screen: string }> {
    const command = `stty cols ${columns} rows 50; ${process.execPath} ${resolve('dist/runbook.js')} exec users-7.10 --env lab.yaml`;
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: directory,
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm', ...secretsOf(lab) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let screen = '';
    const replies = [
      { question: 'Type yes or no', reply: answer },
      { question: 'Not confirmed. Type rollback', reply: afterNo },
    ];
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString('utf8');
      const [next] = replies;
      if (!next || !screen.includes(next.question)) return;
      replies.shift();
      child.stdin.write(next.reply);
    });
    const code = await new Promise<number | null>((end) => child.once('close', end));
    return { code, screen };
  }

  it('asks before the disruptive step, goes on after yes, and shows each step once it has ended', async () => {
    const { code, screen } = await onTerminal('yes\r');

    expect(code).toBe(0);
    expect(screen).toContain('replace/swap: Close, restore and open the system indices of the destination');
    expect(screen).toMatch(/✔.*8\.1 roles-are-there\/find: The destination has every role that is expected/);
    expect(screen).toContain('done, 9 writes were sent');
    expect(await canLogIn(lab, lab.destination, 'kara', passwords.kara)).toBe(true);
  });

  it('does not go on after another answer, and takes back what it has done so far, in plain lines where there is no width', async () => {
    const { code, screen } = await onTerminal('no\r', 0, 'rollback\r');

    expect(code).toBe(1);
    expect(screen).toMatch(/Z {2}1 preconditions: Nothing stands in the way/);
    expect(screen).toContain('not confirmed');
    expect(outcomes(lastJournal(directory))).toMatchObject({
      'replace/swap': 'failed',
      'snapshot/create~rollback~1/delete': 'done',
    });
    expect(lastJournal(directory).some((event) => event.type === 'write-intended' && event.step === 'close')).toBe(
      false,
    );
  });

  it('takes Ctrl-C at the question for an interruption', async () => {
    const { code, screen } = await onTerminal('\u0003');

    expect(code).toBe(130);
    expect(screen).toContain('interrupted. Rolled back: nothing that its steps wrote is left in place');
  });
});
