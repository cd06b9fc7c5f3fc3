import { chmodSync, cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { canonicalJson } from '../../src/plan/index.ts';
import { createJournal, hashOf } from '../../src/runs/index.ts';
import { ownRunbook, runbook, workingDirectory } from '../program.ts';
import { badDaySubject } from '../report/bad-day.ts';

const id = 'run-1';

describe('a record that somebody may have changed', () => {
  let pristine: string;
  let directory: string;
  const cli = (...args: string[]) => runbook(directory, args);
  const journal = () => join(directory, '.runbook', 'runs', id, 'journal.jsonl');

  beforeAll(async () => {
    pristine = workingDirectory();
    const { bytes, run } = await badDaySubject();
    const written = await createJournal(join(pristine, '.runbook', 'runs'), id, bytes);
    for (const event of run?.events ?? []) await written.record(event);
    await written.close();
  });

  beforeEach(() => {
    directory = workingDirectory();
    cpSync(pristine, directory, { recursive: true });
    ownRunbook(
      directory,
      'own-8.yaml',
      'apiVersion: runbook/v1\nname: own\nelasticsearch: 8.x\ntitle: Own\nconnections: { c: { kind: elasticsearch } }\nsteps: [{ id: a, on: c, call: GET / }]\n',
    );
    writeFileSync(
      join(directory, 'env.yaml'),
      "apiVersion: runbook/v1\nenvironment: x\nconnections: { c: { url: 'http://127.0.0.1:1' } }\n",
    );
  });

  it.each([
    [['exec', 'own-8', '--env', 'env.yaml']],
    [['resume', id]],
    [['rollback', id, '--yes']],
    [['report', id]],
    [['show', id]],
    [['verify', id]],
    [['runs']],
    [['prune']],
    [['serve']],
    [['sandbox']],
  ])('is refused as a whole where everybody can write into .runbook: %j', async (args) => {
    chmodSync(join(directory, '.runbook'), 0o777);
    const { code, stdout, stderr } = await cli(...args);
    expect(stdout).toBe('');
    expect(code).toBe(4);
    expect(stderr).toContain('every user of this machine can write into .runbook');
  });

  it.each<[string, (file: string) => void]>([
    ['emptied', (file) => writeFileSync(file, '')],
    ['cut off in its first line', (file) => truncateSync(file, 20)],
  ])('never reads as if nothing was sent where its journal was %s', async (_what, change) => {
    change(journal());
    for (const args of [['resume', id], ['rollback', id, '--yes'], ['report', id], ['show', id], ['runs']]) {
      const { code, stdout, stderr } = await cli(...args);
      expect([args, code]).toEqual([args, args[0] === 'runs' ? 0 : 1]);
      expect(stderr).toContain('its journal has no event');
      expect(stderr).toContain('whether anything was sent is not known');
      expect(stdout + stderr).not.toMatch(/no write was sent|nothing was sent(?! by this command)/);
    }
    expect((await cli('prune', '--older-than', '0d')).stderr).toContain('whether anything was sent is not known');
    expect(readdirSync(join(directory, '.runbook', 'runs'))).toEqual([id]);
  });

  it('has a plan that its schema knows, or is no report, script, resume or rollback', async () => {
    const { plan, run } = await badDaySubject();
    const events = run?.events ?? [];
    const text = canonicalJson(plan).replace('"timeout_ms":', '"timeout_ms":"1; touch pwned","was":');
    const [first, ...rest] = events;
    if (first?.type !== 'run-started') throw new Error('it begins with run-started');
    const written = await createJournal(join(directory, '.runbook', 'runs'), 'run-2', text);
    for (const event of [{ ...first, run: 'run-2', plan: hashOf(text) }, ...rest]) await written.record(event);
    await written.close();
    for (const args of [
      ['report', 'run-2', '--format', 'curl'],
      ['report', 'run-2', '--format', 'html'],
      ['resume', 'run-2'],
      ['rollback', 'run-2', '--yes'],
    ]) {
      const { code, stdout, stderr } = await cli(...args);
      expect([args, code, stdout]).toEqual([args, 1, '']);
      expect(stderr).toMatch(/plan\.json is not used: it is not a plan of format runbook-plan\/v1: /);
    }
  });

  it('has events that their schema knows, or is no report, script, resume or rollback', async () => {
    const { bytes, run } = await badDaySubject();
    const [first, ...rest] = run?.events ?? [];
    if (first?.type !== 'run-started') throw new Error('it begins with run-started');
    const written = await createJournal(join(directory, '.runbook', 'runs'), 'run-2', bytes);
    const odd = { at: first.at, type: 'waiting', step: 'look', ms: 1, reason: { kind: 'hunter22' } };
    for (const event of [{ ...first, run: 'run-2' }, ...rest.slice(0, -1), odd as unknown as Event])
      await written.record(event);
    await written.close();
    const line = `journal.jsonl:${(run?.events ?? []).length}: this line is not as this version writes it: waiting: "reason.kind" has a value that is not known here`;
    for (const [args, exit] of [
      [['report', 'run-2', '--format', 'curl'], 1],
      [['report', 'run-2', '--format', 'html'], 1],
      [['show', 'run-2'], 1],
      [['verify', 'run-2'], 1],
      [['resume', 'run-2'], 2],
      [['rollback', 'run-2', '--yes'], 2],
    ] as const) {
      const { code, stdout, stderr } = await cli(...args);
      expect([args, code, stdout]).toEqual([args, exit, '']);
      expect(stderr).toContain(line);
      expect(stderr).not.toContain('hunter22');
    }
  });

  it('says that its end is missing where its last line is cut off', async () => {
    const text = readFileSync(journal(), 'utf8');
    const end = text.indexOf('"write-intended"') + 20;
    truncateSync(journal(), Buffer.byteLength(text.slice(0, end)));
    for (const args of [
      ['show', id],
      ['verify', id],
      ['resume', id],
      ['rollback', id, '--yes'],
    ]) {
      const { stdout, stderr } = await cli(...args);
      expect(stdout + stderr).toMatch(
        /the last line of the journal was not written to its end, .* \(\d+ bytes\): what it recorded, such as a write, is not known/,
      );
      expect(stdout + stderr).not.toMatch(/it has sent no write|nothing was sent(?! by this command|\.$)/);
    }
  });
});
