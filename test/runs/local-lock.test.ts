import { mkdtempSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Locked, lockHere, lockRun, locksIn } from '../../src/runs/index.ts';

describe('a lock on this machine', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runbook-locks-'));
  });
  const files = () => readdirSync(folder);

  /** As if somebody else held it. */
  async function heldBy(change: Record<string, unknown>): Promise<void> {
    await lockHere(folder, ['http://a'], 'first', '/runs/x');
    const [file = ''] = files();
    const holder = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    writeFileSync(join(folder, file), JSON.stringify({ ...holder, ...change }));
  }

  it('is held by one, for all of its targets or for none', async () => {
    const release = await lockHere(folder, ['http://b', 'http://a'], 'first', '/runs/x');
    const second = lockHere(folder, ['http://a', 'http://c'], 'second', '/runs/x');
    await expect(second).rejects.toThrow(Locked);
    await expect(second).rejects.toThrow(`http://a is being worked on by run first (process ${process.pid} on `);
    expect(files()).toHaveLength(2);
    await release();
    expect(files()).toEqual([]);
    await (await lockHere(folder, ['http://a', 'http://c'], 'second', '/runs/x'))();
  });

  it.each([
    ['whose process has ended', { pid: 2 ** 22 + 1 }],
    ['whose number another process has now', { started: 'another boot/1' }],
  ])('%s is taken over', async (_name, change) => {
    await heldBy(change);
    await (await lockHere(folder, ['http://a'], 'second', '/runs/x'))();
    expect(files()).toEqual([]);
  });

  it('says which run holds it, and whether its process is alive', async () => {
    await heldBy({});
    const [file = ''] = files();
    const holder = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const states = async (change: object) => {
      writeFileSync(join(folder, file), JSON.stringify({ ...holder, ...change }));
      return (await locksIn(folder)).map(({ target, folder: runFolder, state }) => [target, runFolder, state]);
    };
    expect(await states({})).toEqual([['http://a', '/runs/x', 'alive']]);
    expect(await states({ pid: 2 ** 22 + 1 })).toEqual([['http://a', '/runs/x', 'ended']]);
    expect(await states({ host: `not-${hostname()}` })).toEqual([['http://a', '/runs/x', 'unknown']]);
    writeFileSync(join(folder, file), 'half a li');
    expect(await locksIn(folder)).toEqual([]);
    expect(await locksIn(join(folder, 'none'))).toEqual([]);
  });

  it('of another machine counts: its process cannot be asked', async () => {
    await heldBy({ pid: 2 ** 22 + 1, host: `not-${hostname()}` });
    await expect(lockHere(folder, ['http://a'], 'second', '/runs/x')).rejects.toThrow(`on not-${hostname()}`);
  });

  it('that was left behind is taken over by exactly one of many', async () => {
    await heldBy({ pid: 2 ** 22 + 1 });
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => lockHere(folder, ['http://a'], `run ${index}`, '/runs/x')),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(files()).toHaveLength(1);
  });
});

describe('the lock in the folder of a run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runbook-run-'));
  });
  const file = () => join(folder, 'lock.json');

  /** As if the process of the run were another one. */
  async function begunBy(change: Record<string, unknown>): Promise<void> {
    await lockRun(folder, 'r');
    writeFileSync(file(), JSON.stringify({ ...JSON.parse(readFileSync(file(), 'utf8')), ...change }));
  }
  const elsewhere = { pid: 1, host: `not-${hostname()}` };

  /** Waits without waiting; something may happen meanwhile. */
  function patience(meanwhile: (minutes: number) => void = () => undefined, waits = true) {
    const pauses: number[] = [];
    const said: string[] = [];
    const pause = async (milliseconds: number) => {
      pauses.push(milliseconds);
      meanwhile(pauses.length);
      return waits;
    };
    return { pauses, said, patience: { say: (text: string) => void said.push(text), pause } };
  }

  it('lets one process work on it', async () => {
    const release = await lockRun(folder, 'r');
    const { pauses, patience: asked } = patience();
    await expect(lockRun(folder, 'r', asked)).rejects.toThrow(`${folder} is being worked on by run r (process`);
    expect(pauses).toEqual([]);
    await release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken over at once where the process has ended on this machine', async () => {
    await begunBy({ pid: 2 ** 22 + 1 });
    const { pauses, patience: asked } = patience();
    await (await lockRun(folder, 'r', asked))();
    expect(pauses).toEqual([]);
  });

  it('of a process on another machine is taken over after two heartbeats that did not come', async () => {
    await begunBy(elsewhere);
    const { pauses, said, patience: asked } = patience();
    await (await lockRun(folder, 'r', asked))();
    expect(pauses).toEqual([75_000, 75_000]);
    expect(said).toEqual([expect.stringContaining(`process 1 on not-${hostname()}`)]);
  });

  it.each([1, 2])('of a process on another machine is kept where heartbeat %i comes', async (minute) => {
    await begunBy(elsewhere);
    const beat = (minutes: number) => {
      if (minutes === minute) utimesSync(file(), 1, 1);
    };
    await expect(lockRun(folder, 'r', patience(beat).patience)).rejects.toThrow(Locked);
  });

  it('of a process on another machine is kept where nobody waits', async () => {
    await begunBy(elsewhere);
    await expect(lockRun(folder, 'r')).rejects.toThrow(Locked);
    await expect(lockRun(folder, 'r', patience(undefined, false).patience)).rejects.toThrow(Locked);
  });

  it('has a heartbeat', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const release = await lockRun(folder, 'r');
      utimesSync(file(), 1, 1);
      vi.advanceTimersByTime(60_000);
      await vi.waitFor(() => expect(statSync(file()).mtimeMs).toBeGreaterThan(1_000));
      await release();
    } finally {
      vi.useRealTimers();
    }
  });
});
