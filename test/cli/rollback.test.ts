import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lastJournal, ownRunbook, runbook, workingDirectory } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

afterAll(stopSandboxes);

const runOf = (directory: string) => {
  const [first] = lastJournal(directory);
  return first?.type === 'run-started' ? first.run : '';
};

describe('runbook rollback', () => {
  it('shows the calls as they will be sent, warns of users created since, and repeats no note that is not true any more', async () => {
    const directory = workingDirectory();
    const server = await sandbox(directory, '7.10');
    await runbook(directory, ['exec', 'users-7.10', '--env', server.env, '--confirm', 'replace/swap']);
    const run = runOf(directory);
    const destination = /destination:\n +url: (\S+)/.exec(readFileSync(join(directory, server.env), 'utf8'))?.[1] ?? '';
    const password = readFileSync(join(directory, '.runbook', 'sandbox', 'recovery-of-destination'), 'utf8').trim();
    const unasked = await runbook(directory, ['rollback', run, '--env', server.env]);
    expect(unasked.stdout).not.toContain('WARNING');

    const made = await fetch(`${destination}/_security/user/newcomer`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(`filesuper:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ password: 'a-password', roles: ['superuser'] }),
    });
    expect(made.status).toBe(200);
    const preview = await runbook(directory, ['rollback', run, '--env', server.env]);

    expect(preview.code).toBe(4);
    expect(preview.stderr).toContain('nothing was rolled back');
    const calls = preview.stdout.match(/^ +(GET|PUT|POST|DELETE) .*/gm) ?? [];
    expect(calls.some((call) => call.includes(`/_snapshot/my_safety/safety-${run}/_restore`))).toBe(true);
    expect(calls.filter((call) => call.includes('{{'))).toEqual([]);
    expect(preview.stdout).toContain('GET /_security/user on destination as recovery: status 200');
    expect(preview.stdout).toContain('that its rollback removes: newcomer.');
    expect(preview.stdout).not.toContain(password);
    // Nothing of it is in the journal.
    expect(lastJournal(directory).at(-1)?.type).toBe('run-finished');

    const undone = await runbook(directory, ['rollback', run, '--env', server.env, '--yes']);
    expect(undone.code).toBe(0);
    expect(undone.stdout.split('Notes:').at(-1)).toContain('newcomer');
  });

  it('is offered only where there is something to roll back', async () => {
    const directory = workingDirectory();
    const server = await sandbox(directory, '7.10');
    const head = (name: string) =>
      `apiVersion: runbook/v1\nname: ${name}\nelasticsearch: 7.10.x\ntitle: A write\nconnections: { destination: { kind: elasticsearch } }\nsteps:\n`;
    ownRunbook(
      directory,
      'kept-7.10.yaml',
      `${head('kept')}  - { id: second, on: destination, call: PUT /h6-second }\n`,
    );
    ownRunbook(
      directory,
      'undone-7.10.yaml',
      `${head('undone')}  - { id: third, on: destination, call: PUT /h6-third, rollback: [{ call: DELETE /h6-third }] }\n`,
    );

    const kept = await runbook(directory, ['exec', 'kept-7.10', '--env', server.env]);
    expect(kept.code).toBe(0);
    expect(kept.stdout).not.toMatch(/roll(ed)? .*back|runbook rollback|Undo/i);
    const run = runOf(directory);
    const resumed = await runbook(directory, ['resume', run]);
    expect(resumed.stderr).toContain('there is nothing to continue');
    expect(resumed.stderr).not.toContain('runbook rollback');
    expect((await runbook(directory, ['rollback', run])).stderr).toContain('has nothing to roll back');

    const undone = await runbook(directory, ['exec', 'undone-7.10', '--env', server.env]);
    expect(undone.stdout).toContain(`Roll it back: runbook rollback ${runOf(directory)}`);
  });
});
