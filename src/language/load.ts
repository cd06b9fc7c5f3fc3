import { type Checked, type Diagnostic, hasErrors, isObject } from '../text/index.ts';
import { type Loaded, parseSource } from './document.ts';
import type { Environment } from './environment.types.ts';
import { unrecognisedAs } from './recognised.ts';
import type { Fragment, Runbook } from './runbook.types.ts';
import { schemaDiagnostics } from './schema.ts';
import { stepsIn } from './visit.ts';

/** A file with all the fragments that it uses, each by its path relative to the file's folder. */
export interface FileSet {
  readonly main: Loaded<Runbook | Fragment>;
  readonly fragments: ReadonlyMap<string, Loaded<Fragment>>;
}

/** A runbook with all the fragments that it uses. */
export interface Bundle extends FileSet {
  readonly runbook: Loaded<Runbook>;
}

/**
 * Gives the text of a fragment by its path relative to the runbook's folder; undefined where there is none, or why it cannot be
 * read, as a fragment of a sentence.
 */
export type FragmentReader = (path: string) => string | { readonly problem: string } | undefined;

/** Text → runbook or fragment, or what is wrong with it. */
export function loadRunbookFile(file: string, text: string): Checked<Loaded<Runbook | Fragment>> {
  return load<Runbook | Fragment>('runbook', file, text);
}

/** Text → environment, or what is wrong with it. */
export function loadEnvironment(file: string, text: string): Checked<Loaded<Environment>> {
  const loaded = load<Environment>('environment', file, text);
  return loaded.value ? { ...loaded, diagnostics: [...loaded.diagnostics, ...tlsDiagnostics(loaded.value)] } : loaded;
}

/** Who names a certificate authority expects the server to be verified: without TLS nothing would be. */
function tlsDiagnostics({ source, value }: Loaded<Environment>): Diagnostic[] {
  return Object.entries(value.connections).flatMap(([name, settings]) => {
    if (!('url' in settings) || !/^http:/i.test(settings.url)) return [];
    return (['ca', 'fingerprint'] as const)
      .filter((key) => 'url' in settings && settings[key] !== undefined)
      .map(
        (key): Diagnostic => ({
          code: 'tls-without-https',
          severity: 'error',
          message: `the connection "${name}" has ${key}, and its url begins with http://: without TLS no certificate is verified`,
          file: source.file,
          range: source.keyRangeOf(['connections', name, key]),
          help: `Write https:// in the url, or leave ${key} out.`,
        }),
      );
  });
}

function load<T>(kind: 'runbook' | 'environment', file: string, text: string): Checked<Loaded<T>> {
  const unrecognised = unrecognisedAs(kind, file, text);
  if (unrecognised) return { diagnostics: [unrecognised] };
  const { value: source, diagnostics } = parseSource(file, text);
  if (!source) return { diagnostics: kind === 'environment' ? diagnostics.map(withoutItsText) : diagnostics };
  const problems = schemaDiagnostics(kind, source);
  if (hasErrors(problems)) return { diagnostics: problems };
  // The schema has just said that it is one.
  return { value: { source, value: source.value as T }, diagnostics: problems };
}

/** Somebody may have written a password into an environment file: what the parser says must not repeat it. */
function withoutItsText(diagnostic: Diagnostic): Diagnostic {
  if (['duplicate-key', 'file-too-large', 'merge-key'].includes(diagnostic.code)) return diagnostic;
  const message = 'not valid YAML of the language; the text is not repeated here because it may be a secret';
  return {
    ...diagnostic,
    message,
    help: 'No custom tags, no unresolved aliases; put strings with special characters in quotes.',
  };
}

export function isFragment(value: Runbook | Fragment): value is Fragment {
  return isObject(value) && 'fragment' in value;
}

/**
 * A runbook's text and everything it uses, directly or through other fragments.
 * @param file The runbook's name as people know it: places in messages begin with it.
 * @returns The bundle, or every problem of every file: the first wrong file does not hide the others.
 */
export function loadBundle(file: string, text: string, read: FragmentReader): Checked<Bundle> {
  const { value, diagnostics } = loadFiles(file, text, read);
  if (!value) return { diagnostics };
  const { main, fragments } = value;
  if (!isFragment(main.value)) {
    return { value: { main, fragments, runbook: { source: main.source, value: main.value } }, diagnostics };
  }
  const message = `${file} is a fragment; it runs only where a runbook uses it`;
  return { diagnostics: [...diagnostics, { code: 'not-a-runbook', severity: 'error', message, file }] };
}

/** As `loadBundle`, for a runbook or a fragment. */
export function loadFiles(file: string, text: string, read: FragmentReader): Checked<FileSet> {
  const main = loadRunbookFile(file, text);
  const diagnostics = [...main.diagnostics];
  const fragments = new Map<string, Loaded<Fragment>>();
  const visited = new Set<string>();
  const follow = (from: Loaded<Runbook | Fragment>, folder: string, chain: readonly string[]) => {
    for (const { step, path } of usesIn(from)) {
      const target = folder + step.use;
      const report = (code: string, message: string, help?: string) =>
        diagnostics.push({
          code,
          severity: 'error',
          message,
          file: from.source.file,
          range: from.source.rangeOf([...path, 'use']),
          ...(help ? { help } : {}),
        });
      if (chain.includes(target)) {
        report(
          'cyclic-use',
          `${[...chain.slice(chain.indexOf(target)), target].join(' uses ')}: a fragment cannot use itself`,
        );
        continue;
      }
      if (visited.has(target)) continue;
      visited.add(target);
      const fragmentText = step.use.split('/').includes('..') ? undefined : read(target);
      if (fragmentText === undefined) {
        report(
          'unknown-fragment',
          `no file ${target} beside the runbook`,
          'The path is relative to the file that uses it, without "..".',
        );
        continue;
      }
      if (typeof fragmentText !== 'string') {
        report('unreadable-file', `${target} cannot be read: ${fragmentText.problem}`);
        continue;
      }
      const loaded = loadRunbookFile(target, fragmentText);
      diagnostics.push(...loaded.diagnostics);
      if (!loaded.value) continue;
      if (!isFragment(loaded.value.value)) {
        report('unknown-fragment', `${target} is a runbook; only a fragment can be used`);
        continue;
      }
      fragments.set(target, { source: loaded.value.source, value: loaded.value.value });
      follow(loaded.value, target.slice(0, target.lastIndexOf('/') + 1), [...chain, target]);
    }
  };
  if (main.value) follow(main.value, '', [file]);
  if (hasErrors(diagnostics) || !main.value) return { diagnostics };
  return { value: { main: main.value, fragments }, diagnostics };
}

function usesIn(loaded: Loaded<Runbook | Fragment>) {
  return stepsIn(loaded).flatMap(({ step, path }) => ('use' in step ? [{ step, path }] : []));
}
