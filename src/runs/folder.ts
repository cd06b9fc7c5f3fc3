import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Makes a folder below `.runbook`. Where that is made, too, git ignores what is in it: it belongs to the working directory,
 * not to the repository. One that is there already stays as its owner wants it.
 */
export async function makeFolder(folder: string): Promise<void> {
  const parent = dirname(folder);
  const isNew = (await mkdir(parent, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew && basename(parent) === '.runbook')
    // Without it nothing is wrong but git's list of new files.
    await writeFile(join(parent, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
