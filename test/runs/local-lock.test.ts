import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Locked, lockHere } from '../../src/runs/index.ts';

describe('a lock on this machine', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runbook-locks-'));
  });
  const files = () => readdirSync(folder);

  /** As if somebody else held it. */
  async function heldBy(change: Record<string, unknown>): Promise<void> {
    await lockHere(folder, ['http://a'], 'first');
    const [file = ''] = files();
    const holder = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    writeFileSync(join(folder, file), JSON.stringify({ ...holder, ...change }));
  }

  it('is held by one, for all of its targets or for none', async () => {
    const release = await lockHere(folder, ['http://b', 'http://a'], 'first');
    const second = lockHere(folder, ['http://a', 'http://c'], 'second');
    await expect(second).rejects.toThrow(Locked);
    await expect(second).rejects.toThrow(`http://a is being worked on by run first (process ${process.pid} on `);
    expect(files()).toHaveLength(2);
    await release();
    expect(files()).toEqual([]);
    await (await lockHere(folder, ['http://a', 'http://c'], 'second'))();
  });

  it.each([
    ['whose process has ended', { pid: 2 ** 22 + 1 }],
    ['whose number another process has now', { started: 'another boot/1' }],
  ])('%s is taken over', async (_name, change) => {
    await heldBy(change);
    await (await lockHere(folder, ['http://a'], 'second'))();
    expect(files()).toEqual([]);
  });

  it('of another machine counts: its process cannot be asked', async () => {
    await heldBy({ pid: 2 ** 22 + 1, host: `not-${hostname()}` });
    await expect(lockHere(folder, ['http://a'], 'second')).rejects.toThrow(`on not-${hostname()}`);
  });

  it('that was left behind is taken over by exactly one of many', async () => {
    await heldBy({ pid: 2 ** 22 + 1 });
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => lockHere(folder, ['http://a'], `run ${index}`)),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(files()).toHaveLength(1);
  });
});
