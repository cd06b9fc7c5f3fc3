import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { lastJournal, outcomes, runbook, workingDirectory } from '../program.ts';
import { type Pair, request } from './lab.ts';
import { type FaultyProxy, proxyTo } from './proxy.ts';

const provided = inject('lab')['7.10'];

describe.skipIf('skipped' in provided)('a step that times out on a real cluster', () => {
  const lab = provided as Pair;
  let directory: string;
  let proxy: FaultyProxy;

  beforeEach(async () => {
    directory = workingDirectory();
    proxy = await proxyTo(lab.source.url, (call) => (call.includes('_forcemerge') ? 'hang' : 'forward'));
    writeFileSync(
      join(directory, 'lab.yaml'),
      `apiVersion: runbook/v1\nenvironment: lab\nconnections: { cluster: { url: '${proxy.url}', auth: { basic: { username: ${lab.file.username}, password: { env: PW } } } } }\n`,
    );
  });
  afterEach(() => proxy.close());

  const exec = (wait: string) =>
    runbook(
      directory,
      ['exec', resolve('test/real/fixtures/slow-7.10.yaml'), '--env', 'lab.yaml', '--set', `wait=${wait}`],
      { PW: lab.file.password },
    );
  const exists = async () => (await request(lab, lab.source, 'HEAD', '/slow-test')).status === 200;

  it('while polling: says what it saw last, opens what was closed, and rolls back', async () => {
    const ended = await exec('poll');

    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(
      /timed out after 1s[\s\S]*expected +number_of_nodes: 99\n.*actual +number_of_nodes: 1\n/,
    );
    expect(outcomes(lastJournal(directory))).toMatchObject({
      close: 'done',
      poll: 'failed',
      open: 'done',
      unmake: 'done',
    });
    expect(await exists()).toBe(false);
  });

  it('while waiting for the answer to a write: leaves it in doubt, opens, rolls back, and needs a person', async () => {
    const ended = await exec('answer');

    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('no response within 1 s; it may have taken effect');
    expect(ended.stdout).toContain('Unknown outcome, check the server before you run this again:\n  answer');
    expect(outcomes(lastJournal(directory))).toMatchObject({ answer: 'in-doubt', open: 'done', unmake: 'done' });
    expect(proxy.seen.filter((call) => call.includes('_forcemerge'))).toHaveLength(1);
    expect(await exists()).toBe(false);
  });
});
