import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { createJournal, hashOf, listRuns, readJournal, reopenJournal, watchRuns } from '../../src/runs/index.ts';

const started: Event = {
  at: '2026-01-01T00:00:00.000Z',
  type: 'run-started',
  operator: 'dana@laptop',
  run: 'r1',
  mode: 'real',
  plan: hashOf('{}'),
  runbook: 'users-7.10.yaml',
  title: 't',
  environment: 'lab',
  version: '0.1.0',
  origin: { runbook: 'users-7.10.yaml', env: 'lab.yaml', set: [], files: {}, confirm: [] },
  rollback: true,
  cluster_lock: true,
};
const finished: Event = {
  at: '2026-01-01T00:00:01.000Z',
  type: 'run-finished',
  outcome: 'done',
  in_doubt: [],
  cleanup_failures: [],
  writes: 1,
  predicted_writes: 0,
  in_place: 0,
  predicted_writes_per_item: 0,
  rolled_back: false,
  can_be_rolled_back: [],
  by_hand: [],
  kept: [],
  left: [],
  notes: [],
  locks_left: [],
};

describe('the journal', () => {
  let runs: string;
  beforeEach(() => {
    runs = join(mkdtempSync(join(tmpdir(), 'runbook-runs-')), '.runbook', 'runs');
  });

  const written = async (...events: Event[]) => {
    const journal = await createJournal(runs, 'r1', '{}');
    // Not awaited one by one: they must not mix.
    await Promise.all(events.map((event) => journal.record(event)));
    await journal.close();
    return journal.folder;
  };

  it('keeps events in their order, readable for their owner only', async () => {
    const folder = await written(started, finished);
    expect((await readJournal(folder)).events).toEqual([started, finished]);
    for (const file of ['journal.jsonl', 'plan.json']) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('refuses a line that is nested so deep that nobody could read it', async () => {
    const folder = await written(started);
    const { head } = await readJournal(folder);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const line = `{"previous":"${head}","at":"","type":"waiting","step":"a","reason":${deep},"ms":1}`;
    appendFileSync(join(folder, 'journal.jsonl'), `${line}\n`);
    await expect(readJournal(folder)).rejects.toThrow(/:2: this line is no event/);
  });

  it('is kept out of git, unless its folder’s owner wants it otherwise', async () => {
    await written(started);
    const ignored = join(runs, '..', '.gitignore');
    expect(readFileSync(ignored, 'utf8')).toBe('*\n');
    writeFileSync(ignored, '!*\n');
    await (await createJournal(runs, 'r2', '{}')).close();
    expect(readFileSync(ignored, 'utf8')).toBe('!*\n');
    rmSync(ignored);
    await (await createJournal(runs, 'r3', '{}')).close();
    expect(existsSync(ignored)).toBe(false);
  });

  it('is never written over', async () => {
    await written(started);
    await expect(createJournal(runs, 'r1', '{}')).rejects.toThrow('EEXIST');
  });

  it('is read without its torn last line, and not at all where another line is damaged', async () => {
    const folder = await written(started, finished);
    const file = join(folder, 'journal.jsonl');
    appendFileSync(file, '{"type":"step-st');
    expect((await readJournal(folder)).events).toEqual([started, finished]);

    writeFileSync(file, readFileSync(file, 'utf8').replace('"run-started"', '"run-sta'));
    await expect(readJournal(folder)).rejects.toThrow('journal.jsonl:1: this line is no event');
  });

  it('is no record of another plan, even where every line was written anew', async () => {
    const { folder } = await createJournal(runs, 'r3', '{"other":true}').then(async (journal) => {
      await journal.record({ ...started, run: 'r3' } as Event);
      await journal.close();
      return journal;
    });

    await expect(readJournal(folder)).rejects.toThrow(
      `journal.jsonl:1: this run says that its plan is ${hashOf('{}')}, and plan.json is ${hashOf('{"other":true}')}`,
    );
  });

  it('tells a list which runs there are, and which are not finished', async () => {
    await written(started);
    const other = await createJournal(runs, 'r2', '{}');
    await other.record({ ...started, run: 'r2' } as Event);
    await other.record(finished);
    await other.close();

    const { entries } = await listRuns(runs);
    expect(entries.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['r2', 'done'],
      ['r1', 'unfinished'],
    ]);
    expect(entries[0]).toMatchObject({ operators: ['dana@laptop'], ended: finished.at });
    expect(await listRuns(join(runs, 'none'))).toEqual({ entries: [], problems: [] });
  });

  it('tells a watcher how far each run is: begun, ended, and gone on with', async () => {
    const stages = watchRuns(runs);
    expect(await stages()).toEqual([]);

    const journal = await createJournal(runs, 'r1', '{}');
    expect(await stages()).toEqual([['r1', 'empty']]);
    await journal.record(started);
    expect(await stages()).toEqual([['r1', 'unfinished']]);
    const long: Event = { ...finished, notes: [{ severity: 'info', note: 'n'.repeat(200_000) }] } as Event;
    await journal.record(long);
    await journal.close();
    expect(await stages()).toEqual([['r1', 'finished']]);
    appendFileSync(join(journal.folder, 'journal.jsonl'), '{"type":"step-st');
    expect(await stages()).toEqual([['r1', 'finished']]);

    const { journal: again } = await reopenJournal(journal.folder);
    await again.record(started);
    await again.close();
    expect(await stages()).toEqual([['r1', 'unfinished']]);
  });
});
