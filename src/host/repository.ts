import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Returns the path of a file in the repository of the working directory, with `/`; undefined of a file elsewhere, or of none. */
export function repositoryPath(): (file: string) => string | undefined {
  const root = repositoryRoot();
  return (file) => {
    if (!existsSync(file)) return undefined;
    const path = relative(root, realpathSync(resolve(file)));
    return path.startsWith('..') || isAbsolute(path) ? undefined : path.split(sep).join('/');
  };
}

/** What the paths of annotations start from: the checkout of the job, else the repository, else the working directory. */
function repositoryRoot(): string {
  const here = realpathSync('.');
  const workspace = process.env.GITHUB_WORKSPACE;
  if (workspace && existsSync(workspace)) {
    const root = realpathSync(workspace);
    if (here === root || here.startsWith(join(root, sep))) return root;
  }
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return here;
  }
}
