import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Event, RunOutcome } from '../../src/engine/index.ts';
import { createJournal, hashOf, lineOf, lockRun, pruneRuns, readJournal } from '../../src/runs/index.ts';

const origin = { runbook: 'users-7.10.yaml', env: 'lab.yaml', set: [], files: {}, confirm: [] };
const startedAt = (at: string): Event => ({
  at,
  type: 'run-started',
  operator: 'dana@laptop',
  run: 'r',
  mode: 'real',
  plan: hashOf('{}'),
  runbook: 'users-7.10.yaml',
  title: 't',
  environment: 'lab',
  version: '0.1.0',
  origin,
  rollback: true,
  cluster_lock: true,
});
const endedAt = (at: string, outcome: RunOutcome): Event => ({
  at,
  type: 'run-finished',
  outcome,
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
});
const resumed: Event = {
  at: '2026-01-02T00:00:00.000Z',
  type: 'run-resumed',
  operator: 'dana@laptop',
  as: 'rollback',
  version: '0.1.0',
};
const old = '2026-01-01T00:00:00.000Z';
const young = '2026-03-01T00:00:00.000Z';

describe('pruning the runs of a directory', () => {
  let runs: string;
  beforeEach(() => {
    const directory = mkdtempSync(join(tmpdir(), 'runbook-prune-'));
    runs = join(directory, '.runbook', 'runs');
  });

  async function aRun(id: string, ...events: Event[]): Promise<void> {
    const journal = await createJournal(runs, id, '{}');
    for (const event of events) await journal.record(event);
    await journal.close();
  }
  const prune = async (more: Partial<Parameters<typeof pruneRuns>[1]> = {}) => {
    const endedBefore = Date.parse('2026-02-01T00:00:00Z');
    const pruned = await pruneRuns(runs, { endedBefore, includeUnresolved: false, isDry: false, ...more });
    return { ...pruned, removed: pruned.removed.map(({ id }) => id) };
  };
  const left = () => readdirSync(runs).sort();

  it('removes those that ended long enough ago, however they ended', async () => {
    await aRun('r1', startedAt(old), endedAt(old, 'done'));
    await aRun('r2', startedAt(old), endedAt(old, 'failed'));
    await aRun('r3', startedAt(old), endedAt(old, 'refused'));
    await aRun('r4', startedAt(young), endedAt(young, 'done'));
    // It began long ago, and was undone just now.
    await aRun('r5', startedAt(old), endedAt(old, 'done'), resumed, endedAt(young, 'rolled-back'));

    expect(await prune()).toEqual({ removed: ['r3', 'r2', 'r1'], kept: ['younger', 'younger'], problems: [] });
    expect(left()).toEqual(['r4', 'r5']);
    expect(readdirSync(join(runs, '..')).sort()).toEqual(['.gitignore', 'runs']);
  });

  it('keeps a run that is not finished, and one that goes on again', async () => {
    await aRun('r1', startedAt(old));
    await aRun('r2', startedAt(old), endedAt(old, 'done'), resumed);
    expect(await prune({ includeUnresolved: true })).toMatchObject({ removed: [], kept: ['unfinished', 'unfinished'] });
    expect(left()).toEqual(['r1', 'r2']);
  });

  it('keeps a run after which something is left to do, unless told so', async () => {
    await aRun('r1', startedAt(old), endedAt(old, 'intervention-required'));
    expect(await prune()).toMatchObject({ removed: [], kept: ['unresolved'] });
    expect(await prune({ includeUnresolved: true })).toMatchObject({ removed: ['r1'] });
    expect(left()).toEqual([]);
  });

  it('keeps a run that a process is at work on', async () => {
    await aRun('r1', startedAt(old), endedAt(old, 'done'));
    const release = await lockRun(join(runs, 'r1'), 'r1');
    expect(await prune()).toMatchObject({ removed: [], kept: ['in-use'] });
    await release();
    expect(await prune()).toMatchObject({ removed: ['r1'] });
  });

  it('keeps and names what is no record of a run: damaged, without an event, another folder, a file', async () => {
    await aRun('r1', startedAt(old), endedAt(old, 'done'));
    appendFileSync(join(runs, 'r1', 'journal.jsonl'), 'nonsense\n');
    await aRun('r2');
    mkdirSync(join(runs, 'r3'));
    writeFileSync(join(runs, 'r4'), '');

    const { removed, kept, problems } = await prune({ includeUnresolved: true });
    expect({ removed, kept }).toEqual({ removed: [], kept: [] });
    expect(problems).toHaveLength(4);
    for (const [index, problem] of problems.entries()) expect(problem).toContain(`r${4 - index}`);
    expect(left()).toEqual(['r1', 'r2', 'r3', 'r4']);
  });

  it('removes nothing where it is only to say what it would', async () => {
    await aRun('r1', startedAt(old), endedAt(old, 'done'));
    expect(await prune({ isDry: true })).toMatchObject({ removed: ['r1'] });
    expect(left()).toEqual(['r1']);
  });

  it('finds nothing where nothing has run yet', async () => {
    expect(await prune()).toEqual({ removed: [], kept: [], problems: [] });
    expect(existsSync(runs)).toBe(false);
  });

  it('keeps a run that has gone on between being looked at and being locked', async () => {
    await aRun('r1', startedAt(old), endedAt(old, 'done'));
    const { head } = await readJournal(join(runs, 'r1'));
    let looks = 0;
    const pruning = {
      endedBefore: Date.parse('2026-02-01T00:00:00Z'),
      isDry: false,
      get includeUnresolved() {
        // A rollback has begun, and its process has died.
        if (++looks === 1) appendFileSync(join(runs, 'r1', 'journal.jsonl'), `${lineOf(resumed, head)}\n`);
        return false;
      },
    };
    const { removed, kept } = await pruneRuns(runs, pruning);
    expect({ removed, kept }).toEqual({ removed: [], kept: ['unfinished'] });
    expect(left()).toEqual(['r1']);
  });
});
