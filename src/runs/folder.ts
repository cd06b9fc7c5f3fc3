import { statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A folder that somebody else may have put something into; the message says which, and what to do. */
export class NotOwn extends Error {}

/**
 * Makes a folder below `.runbook`. Where that is made, too, git ignores what is in it: it belongs to the working directory,
 * not to the repository. One that is there already stays as its owner wants it.
 * @throws `NotOwn` as `assertOwn`.
 */
export async function makeFolder(folder: string): Promise<void> {
  assertOwn(folder);
  const parent = dirname(folder);
  const isNew = (await mkdir(parent, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew && basename(parent) === '.runbook')
    // Without it nothing is wrong but git's list of new files.
    await writeFile(join(parent, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/**
 * Refuses `.runbook`, and what is below it on the way to a folder, where it is somebody else's or everybody can write into it: what
 * is in it is resumed, rolled back and reported with the credentials and in the name of who runs this. Root is no exception, for
 * with its rights somebody else's journal would be carried out. What is not there yet, and other folders, are not looked at.
 * @throws `NotOwn`
 */
export function assertOwn(folder: string): void {
  for (const path of pathsFromOwn(folder)) {
    const stats = statSync(path, { throwIfNoEntry: false });
    const user = process.geteuid?.();
    // Windows has neither.
    if (!stats || user === undefined) continue;
    if (stats.uid !== user)
      throw new NotOwn(
        `${path} belongs to the user ${stats.uid}, and this process is of user ${user}: runs in it may be somebody else's. Run this as its owner, or look at what is in it and make it yours: chown -R ${user} ${path}`,
      );
    if ((stats.mode & 0o002) !== 0)
      throw new NotOwn(
        `every user of this machine can write into ${path}: runs in it may be somebody else's. Look at what is in it, then: chmod o-w ${path}`,
      );
  }
}

/** `.runbook/runs/x` → `.runbook`, `.runbook/runs`, `.runbook/runs/x`; nothing where no folder is called `.runbook`. */
function pathsFromOwn(folder: string): string[] {
  const paths: string[] = [];
  for (let path = folder; ; path = dirname(path)) {
    paths.unshift(path);
    if (basename(path) === '.runbook') return paths;
    if (dirname(path) === path) return [];
  }
}
