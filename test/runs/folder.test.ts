import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertOwn, makeFolder, NotOwn } from '../../src/runs/index.ts';
import { workingDirectory } from '../program.ts';

/** A folder that belongs to somebody else: root can give one away, everybody else has one of root's. */
function foreignFolder(path: string): void {
  if (process.geteuid?.() !== 0) symlinkSync('/usr', path);
  else {
    mkdirSync(path);
    chownSync(path, 65_534, 65_534);
  }
}

describe('the folder of the runs', () => {
  it('is believed where only its owner can write into it, and that is who runs this', async () => {
    const folder = join(workingDirectory(), '.runbook', 'runs');
    expect(() => assertOwn(join(folder, 'x'))).not.toThrow();
    await makeFolder(folder);
    expect(() => assertOwn(join(folder, 'x'))).not.toThrow();
  });

  it.each(['', 'runs', 'runs/x'])('is refused where everybody can write into .runbook/%s', (name) => {
    const folder = join(workingDirectory(), '.runbook');
    mkdirSync(join(folder, 'runs', 'x'), { recursive: true });
    chmodSync(join(folder, name), 0o1777);
    expect(() => assertOwn(join(folder, 'runs', 'x'))).toThrow(
      `every user of this machine can write into ${join(folder, name)}: runs in it may be somebody else's. Look at what is in it, then: chmod o-w ${join(folder, name)}`,
    );
  });

  it('is refused where it belongs to somebody else, and is not written into: not even root carries out another’s runs', async () => {
    const folder = join(workingDirectory(), '.runbook');
    foreignFolder(folder);
    expect(() => assertOwn(folder)).toThrow(/belongs to the user \d+, and this process is of user \d+/);
    await expect(makeFolder(join(folder, 'runs'))).rejects.toThrow(NotOwn);
  });

  it('is only what is called .runbook: where a library keeps its runs is for its caller to say', () => {
    const folder = join(workingDirectory(), 'records');
    foreignFolder(folder);
    expect(() => assertOwn(join(folder, 'runs'))).not.toThrow();
  });
});
