import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { NotReadable, readRegularFile, TooLarge } from '../../src/runs/index.ts';
import { workingDirectory } from '../program.ts';

describe('a regular file', () => {
  let folder: string;
  let outside: string;
  beforeEach(() => {
    [folder, outside] = [join(workingDirectory(), 'in'), join(workingDirectory(), 'out')];
    mkdirSync(join(folder, 'below'), { recursive: true });
    writeFileSync(join(folder, 'file'), 'text');
    writeFileSync(outside, 'other');
  });
  const read = (name: string, within?: string) =>
    Buffer.from(readRegularFile(join(folder, name), 1_000, within)).toString();

  it('is read whole', () => {
    writeFileSync(join(folder, 'long'), 'x'.repeat(200_000));
    expect(read('file')).toBe('text');
    expect(readRegularFile(join(folder, 'long'), 200_000)).toHaveLength(200_000);
    expect(() => readRegularFile(join(folder, 'long'), 199_999)).toThrow(TooLarge);
  });

  it('may be reached by links that stay in its folder, as Kubernetes mounts files', () => {
    writeFileSync(join(folder, 'below', 'file'), 'text');
    symlinkSync('below', join(folder, '..data'));
    symlinkSync('..data/file', join(folder, 'link'));
    expect(read('link', folder)).toBe('text');
    symlinkSync(folder, `${outside}-folder`);
    expect(Buffer.from(readRegularFile(`${outside}-folder/link`, 1_000, `${outside}-folder`)).toString()).toBe('text');
  });

  it('is not one behind a link out of the folder that it has to be in', () => {
    symlinkSync(outside, join(folder, 'link'));
    symlinkSync('/proc/self', join(folder, 'process'));
    expect(read('link')).toBe('other');
    expect(() => read('link', folder)).toThrow(`it is a symbolic link to ${outside}, expected a file in its folder`);
    expect(() => read('process/environ', folder)).toThrow(/it is a symbolic link to \/proc\//);
  });

  it.each([
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path]), 'it is a FIFO, expected a regular file'],
    ['a folder', (path: string) => mkdirSync(path), 'it is a directory, expected a regular file'],
    ['a link to a device', (path: string) => symlinkSync('/dev/zero', path), 'it is a device, expected a regular file'],
    ['nothing', () => undefined, 'there is no such file'],
    ['a dangling link', (path: string) => symlinkSync('nowhere', path), 'there is no such file'],
    ['a circle of links', (path: string) => symlinkSync('x', path), 'its symbolic links lead in a circle'],
  ])('is not %s, for which nobody waits', (_what, make, message) => {
    make(join(folder, 'x'));
    expect(() => read('x')).toThrow(new NotReadable(message));
  });
});
