import { expect, it, vi } from 'vitest';
import { codeCache } from '../../src/cli/code-cache.ts';
import { locksFolder } from '../../src/runs/index.ts';

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  homedir: () => {
    throw new Error('uv_os_homedir returned ENOENT');
  },
}));

it('a user without a home has no cache, and needs another folder for the locks', () => {
  vi.stubEnv('XDG_STATE_HOME', '');
  expect(locksFolder()).toBeUndefined();
  vi.stubEnv('XDG_STATE_HOME', '/state');
  expect(locksFolder()).toBe('/state/runbook/locks');

  const cache = codeCache('the program', 'plan', {});
  cache.write(Buffer.from('compiled'));
  expect(cache.read()).toBeUndefined();
});
