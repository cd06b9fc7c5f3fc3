import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, misnamed } from '../check/index.ts';
import {
  type Bundle,
  type Environment,
  type FileSet,
  type FragmentReader,
  isFragment,
  type Loaded,
  loadBundle,
  loadEnvironment,
  loadFiles,
  loadRunbookHead,
  maximumBytes,
  type RunbookHead,
  type Salvaged,
} from '../language/index.ts';
import { NotReadable, readRegularFile, TooLarge } from '../runs/index.ts';
import { type Checked, type Diagnostic, didYouMean, hasErrors, inOrder, printDiagnostic } from '../text/index.ts';
import { environmentFiles, environmentsHereText } from './environment-files.ts';
import { Problem } from './problem.ts';

/** The runbooks that come with the program. */
export const bundledFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'runbooks');

/** What was loaded from files, and what is needed to show where it is wrong. */
export interface LoadedFiles<T> {
  /** The value, undefined where it cannot be had, and everything that is wrong, warnings too. */
  readonly checked: Checked<T>;
  /** A diagnostic as a person reads it: its place, the line with a caret, what to do. */
  readonly print: (diagnostic: Diagnostic) => string;
  /** The diagnostic with its file's path as a user would write it here. */
  readonly placed: (diagnostic: Diagnostic) => Diagnostic;
  /** The text of each file, by its path from the first one's folder. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Finds a runbook by path, or by name in ./runbooks and then among the bundled ones.
 * @returns Its path.
 * @throws `Problem` where there is none.
 */
export function locateRunbook(name: string): string {
  if (/\.ya?ml$/.test(name)) {
    if (existsSync(name)) return name;
    throw new Problem(`no file ${name}${didYouMean(name, yamlIn(dirname(name)))}`, 'arguments');
  }
  const places = [join('runbooks', `${name}.yaml`), join(bundledFolder, `${name}.yaml`)];
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  const known = runbookFiles().map((file) => basename(file, '.yaml'));
  // `users` is the runbook of that name for whatever version.
  const suggestion = didYouMean(name, [...known, ...known.map((one) => one.replace(/-\d[\d.]*$/, ''))]);
  throw new Problem(
    `no runbook "${name}" in ./runbooks or among the bundled ones${suggestion}\n${suggestion === '' ? `There are ${known.join(', ')}; a path ends with .yaml` : 'runbook list shows all of them'}`,
    'arguments',
  );
}

/** The YAML files of a folder, as paths that a name of one can be compared with. */
function yamlIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(folder, name));
}

/** Every runbook that a name can mean: those of ./runbooks hide bundled ones of the same name. */
export function runbookFiles(): string[] {
  const byName = new Map<string, string>();
  for (const folder of [bundledFolder, 'runbooks']) {
    for (const file of existsSync(folder) ? readdirSync(folder) : []) {
      if (file.endsWith('.yaml')) byName.set(file, join(folder, file));
    }
  }
  return [...byName.entries()].sort(([a], [b]) => a.localeCompare(b, 'en')).map(([, path]) => path);
}

/** Returns what a runbook could be mistaken for: those that a name can mean, or where it has no name that is looked up, those in its folder. */
export function runbooksBeside(path: string): string[] {
  const folder = resolve(dirname(path));
  if ([bundledFolder, resolve('runbooks')].includes(folder)) return runbookFiles().map((file) => resolve(file));
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return files.map((name) => join(folder, name)).filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/**
 * What a file of a runbook says that it is for, the file named as a user would; undefined where it is not one.
 * @param names Only a runbook of one of these names is wanted: files without them are not parsed.
 */
export function runbookHeadIn(path: string, names?: ReadonlySet<string>): Loaded<RunbookHead> | undefined {
  const text = textIn(path, dirname(path));
  if (typeof text !== 'string') return undefined;
  if (
    names &&
    !new RegExp(`name\\W{1,20}(?:${[...names].filter((name) => /^[\w-]+$/.test(name)).join('|')})(?![\\w-])`).test(text)
  )
    return undefined;
  return loadRunbookHead(shown(path), text);
}

/**
 * Loads and checks a runbook with every fragment that it uses.
 * @param path Its file, a regular one; fragments are in the same folder or below it.
 * @returns Everything that is wrong is in `checked`, also that a file cannot be read.
 */
export function readRunbook(path: string): LoadedFiles<Bundle> {
  return readChecked(path, loadBundle);
}

/** Reads and checks a runbook, or a fragment alone, with everything it uses. */
export function readFiles(path: string): LoadedFiles<FileSet> {
  return readChecked(path, loadFiles);
}

function readChecked<T extends FileSet>(
  path: string,
  load: (file: string, text: string, read: FragmentReader) => Salvaged<T, FileSet>,
): LoadedFiles<T> {
  const folder = dirname(path);
  const name = basename(path);
  const main = textIn(path, folder);
  if (typeof main !== 'string') return unreadable(shown(path), main.problem);
  const texts = new Map([[name, main]]);
  const read: FragmentReader = (file) => {
    const full = join(folder, file);
    if (!existsSync(full)) return undefined;
    const text = textIn(full, folder);
    if (typeof text === 'string') texts.set(file, text);
    return text;
  };
  const loaded = load(name, main, read);
  const diagnostics = inOrder([
    ...loaded.diagnostics,
    ...(loaded.intact ? check(loaded.intact) : []),
    ...(loaded.value && resolve(folder) === resolve('runbooks') ? misnamedIn(loaded.value.main, name) : []),
  ]);
  const placed = (diagnostic: Diagnostic) =>
    texts.has(diagnostic.file) ? { ...diagnostic, file: shown(join(folder, diagnostic.file)) } : diagnostic;
  const print = (diagnostic: Diagnostic) => printDiagnostic(placed(diagnostic), texts.get(diagnostic.file));
  return { checked: { diagnostics, ...(loaded.value ? { value: loaded.value } : {}) }, print, placed, texts };
}

function misnamedIn({ source, value }: FileSet['main'], name: string): Diagnostic[] {
  return isFragment(value) ? [] : misnamed({ source, value }, name.replace(/\.ya?ml$/, ''));
}

function unreadable<T>(file: string, problem: string): LoadedFiles<T> {
  const message = `cannot be read: ${problem}`;
  const diagnostics: Diagnostic[] = [{ code: 'unreadable-file', severity: 'error', message, file }];
  const placed = (diagnostic: Diagnostic) => diagnostic;
  return { checked: { diagnostics }, print: (diagnostic) => printDiagnostic(diagnostic), placed, texts: new Map() };
}

/**
 * Loads an environment file, a regular one; no secret is read.
 * @throws `Problem` where the file cannot be read. Everything that is wrong in it is in `checked`.
 */
export function readEnvironment(path: string): LoadedFiles<Loaded<Environment>> {
  if (!existsSync(path)) {
    const files = environmentFiles();
    const meant = didYouMean(
      path,
      files.map((file) => file.path),
    );
    throw new Problem(`--env ${path}: no such file${meant}\n${environmentsHereText(files)}`, 'arguments');
  }
  const text = textIn(path, dirname(path));
  if (typeof text !== 'string') throw new Problem(`--env ${path} cannot be read: ${text.problem}`);
  // Without the line itself: it may hold a secret that should not be there.
  const print = (diagnostic: Diagnostic) => printDiagnostic(diagnostic);
  const placed = (diagnostic: Diagnostic) => diagnostic;
  return { checked: loadEnvironment(shown(path), text), print, placed, texts: new Map([[path, text]]) };
}

/** Stops the command where there are errors; all of them are in the message. */
export function valueOrStop<T>(checked: Checked<T>, print: (diagnostic: Diagnostic) => string): T {
  if (checked.value === undefined || hasErrors(checked.diagnostics))
    throw new Problem(checked.diagnostics.map(print).join('\n\n'));
  return checked.value;
}

export function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
}

/** The text of a file of a folder; or why it cannot be read, as a fragment that repeats nothing of it. */
function textIn(path: string, folder: string): string | { readonly problem: string } {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readRegularFile(path, maximumBytes, folder));
  } catch (error) {
    if (error instanceof TooLarge)
      return { problem: `it is larger than ${maximumBytes / 1_000_000} MB; a runbook is written by hand` };
    return { problem: error instanceof NotReadable ? error.message : 'it is not UTF-8' };
  }
}
