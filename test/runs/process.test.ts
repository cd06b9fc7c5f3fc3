import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { beginWork, stateOf, stateOfWork, thisProcess } from '../../src/runs/process.ts';

describe('a process', () => {
  it('is alive while it is there, and has ended when it is not, or when another one has its number', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    const id = { ...thisProcess(), pid: child.pid ?? 0, started: '' };
    expect(stateOf(id)).toBe('alive');
    expect(stateOf({ ...id, started: 'another boot/1' })).toBe('ended');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(stateOf(id)).toBe('ended');
  });

  it('on another machine, or in another container with the same name, cannot be asked', () => {
    expect(stateOf({ ...thisProcess(), host: `not-${hostname()}` })).toBe('unknown');
    expect(stateOf({ ...thisProcess(), space: 'pid:[1]' })).toBe('unknown');
  });

  it('works on a run under a name of its own, as long as it does', () => {
    const [first, second] = [beginWork(), beginWork()];
    expect(first.name).not.toBe(second.name);
    first.end();
    expect([first.name, second.name].map(stateOfWork)).toEqual(['ended', 'alive']);
    second.end();
  });

  it.each(['', 'a', '|||', `${hostname()}||-1||x`, `${hostname()}||1e3||x`])(
    'is not known by the name "%s"',
    (name) => {
      expect(stateOfWork(name)).not.toBe('alive');
    },
  );
});
