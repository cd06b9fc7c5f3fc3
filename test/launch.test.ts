import { expect, it } from 'vitest';
import { runbook, workingDirectory } from './program.ts';

// Beside the tests of commands, so that it runs on every version of Node that is tested.
it('the program starts without a word of Node or V8, with its code cache and without', async () => {
  const directory = workingDirectory();
  for (let start = 0; start < 2; start++) {
    const ended = await runbook(directory, ['list'], { XDG_CACHE_HOME: directory });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('users-7.10');
  }
});
