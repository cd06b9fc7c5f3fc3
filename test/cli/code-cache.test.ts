import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeCache } from '../../src/cli/code-cache.ts';
import { runbook, workingDirectory } from '../program.ts';

const code = Buffer.from('compiled');

describe('the code cache', () => {
  const cacheIn = (home: string, command = 'plan', source = 'the program') =>
    codeCache(source, command, { XDG_CACHE_HOME: home });

  it('keeps what was compiled, for one command and one version of the program', () => {
    const home = workingDirectory();
    expect(cacheIn(home).read()).toBeUndefined();
    cacheIn(home).write(code);
    expect(cacheIn(home).read()).toEqual(code);
    expect(cacheIn(home, 'exec').read()).toBeUndefined();

    cacheIn(home, 'plan', 'a newer program').write(code);
    expect(readdirSync(join(home, 'runbook'))).toHaveLength(1);
    expect(cacheIn(home).read()).toBeUndefined();
  });

  it('has no file of any other name, whatever is called', () => {
    const home = workingDirectory();
    for (const command of ['../../x', '--set=a', 'a'.repeat(99)]) cacheIn(home, command).write(code);
    expect(readdirSync(home)).toEqual(['runbook']);
    expect(readdirSync(join(home, 'runbook'))).toHaveLength(1);
  });

  it('does not execute what others can write, or what is damaged', () => {
    const home = workingDirectory();
    cacheIn(home).write(code);
    const folder = join(home, 'runbook');
    for (const mode of [0o770, 0o702]) {
      chmodSync(folder, mode);
      expect(cacheIn(home).read()).toBeUndefined();
      const other = readdirSync(folder);
      cacheIn(home, 'exec').write(code);
      expect(readdirSync(folder)).toEqual(other);
    }
    chmodSync(folder, 0o700);
    expect(cacheIn(home).read()).toEqual(code);

    const [name = ''] = readdirSync(folder);
    const bytes = readFileSync(join(folder, name));
    for (const damaged of [
      bytes.subarray(0, -1),
      Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')]),
      Buffer.alloc(0),
    ]) {
      writeFileSync(join(folder, name), damaged);
      expect(cacheIn(home).read()).toBeUndefined();
    }
  });

  it('is written by the first process, used by the next, and is not needed', async () => {
    const home = workingDirectory();
    const list = (environment: Record<string, string>) => runbook(home, ['list'], environment);
    const first = await list({ XDG_CACHE_HOME: home });
    const [name = ''] = readdirSync(join(home, 'runbook'));
    const { mtimeMs } = statSync(join(home, 'runbook', name));
    expect(await list({ XDG_CACHE_HOME: home })).toEqual(first);
    // A cache that V8 rejects would have been written again.
    expect(statSync(join(home, 'runbook', name)).mtimeMs).toBe(mtimeMs);

    writeFileSync(join(home, 'a-file'), '');
    expect(await list({ XDG_CACHE_HOME: join(home, 'a-file') })).toEqual(first);
    expect(existsSync(join(home, 'a-file', 'runbook'))).toBe(false);
    mkdirSync(join(home, 'empty'));
    expect(await list({ XDG_CACHE_HOME: join(home, 'empty') })).toEqual(first);
  });
});
