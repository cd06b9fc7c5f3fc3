import {
  type Checked,
  type Diagnostic,
  type DiagnosticCode,
  doubleOf,
  hasErrors,
  isEqual,
  isExact,
  isObject,
  type Json,
} from '../text/index.ts';
import { parseSource } from './document.ts';
import type { Environment } from './environment.types.ts';
import { intactPart } from './gaps.ts';
import type { Loaded } from './loaded.ts';
import { unrecognisedAs } from './recognised.ts';
import type { Fragment, Runbook } from './runbook.types.ts';
import { schemaDiagnostics, schemaFaults } from './schema.ts';
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

/** What was loaded, or what is wrong with it; and what is left of it in that case, to find more that is wrong. */
export interface Salvaged<T, I = T> extends Checked<T> {
  readonly intact?: I;
}

/**
 * Gives the text of a fragment by its path relative to the runbook's folder; undefined where there is none, or why it cannot be
 * read, as a fragment of a sentence.
 */
export type FragmentReader = (path: string) => string | { readonly problem: string } | undefined;

/** Text → runbook or fragment, or what is wrong with it. */
export function loadRunbookFile(file: string, text: string): Salvaged<Loaded<Runbook | Fragment>> {
  return load<Runbook | Fragment>('runbook', file, text);
}

/** The part of a runbook that says what it is for. */
export type RunbookHead = Pick<Runbook, 'name' | 'elasticsearch' | 'title' | 'strategy'>;

/**
 * Text → the head of a runbook; undefined where it has none, as a fragment. Only what stands before `steps:` is parsed, where that is
 * enough: the rest takes most of the time. It is not checked.
 */
export function loadRunbookHead(file: string, text: string): Loaded<RunbookHead> | undefined {
  const steps = text.search(/^steps:/m);
  return (steps > 0 ? headIn(file, text.slice(0, steps)) : undefined) ?? headIn(file, text);
}

function headIn(file: string, text: string): Loaded<RunbookHead> | undefined {
  const { value: source } = parseSource(file, text);
  if (!source || !isObject(source.value)) return undefined;
  const { name, elasticsearch, title = '', strategy } = source.value;
  if (typeof name !== 'string' || typeof elasticsearch !== 'string' || typeof title !== 'string') return undefined;
  return { source, value: { name, elasticsearch, title, ...(typeof strategy === 'string' ? { strategy } : {}) } };
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

function load<T>(kind: 'runbook' | 'environment', file: string, text: string): Salvaged<Loaded<T>> {
  const unrecognised = unrecognisedAs(kind, file, text);
  if (unrecognised) return { diagnostics: [unrecognised] };
  const { value: source, diagnostics } = parseSource(file, text);
  if (!source) return { diagnostics: kind === 'environment' ? diagnostics.map(withoutItsText) : diagnostics };
  const problems = schemaDiagnostics(kind, source);
  if (hasErrors(problems)) {
    const left = kind === 'runbook' ? intactPart(source, schemaFaults) : undefined;
    return { diagnostics: problems, ...(left ? { intact: { source, value: left.value as T, gaps: left.gaps } } : {}) };
  }
  // The schema has just said that it is one.
  const value = source.doubles === source.value ? source.value : withOwnNumbers(source.value);
  const loaded = { source, value: value as T };
  return { value: loaded, intact: loaded, diagnostics: problems };
}

/** Keys of the language whose values are data: their numbers stay as they are written. */
const dataKeys = ['body', 'ndjson', 'text', 'query', 'headers', 'with', 'default', 'enum', 'inputs'];
/** Keys of the language that are numbers. */
const numberKeys = ['attempts', 'status'];

/** A value in which the numbers that belong to the language are doubles: `attempts: 3.0` is 3. */
function withOwnNumbers(value: Json, isOwn = false): Json {
  if (isExact(value)) return isOwn && isEqual(value, doubleOf(value)) ? doubleOf(value) : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withOwnNumbers(item, isOwn));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      dataKeys.includes(key) ? item : withOwnNumbers(item, numberKeys.includes(key)),
    ]),
  );
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
export function loadBundle(file: string, text: string, read: FragmentReader): Salvaged<Bundle, FileSet> {
  const { value, ...rest } = loadFiles(file, text, read);
  if (!value) return rest;
  const { main, fragments } = value;
  if (!isFragment(main.value)) {
    return { ...rest, value: { main, fragments, runbook: { source: main.source, value: main.value } } };
  }
  const message = `${file} is a fragment; it runs only where a runbook uses it`;
  return { ...rest, diagnostics: [...rest.diagnostics, { code: 'not-a-runbook', severity: 'error', message, file }] };
}

/** As `loadBundle`, for a runbook or a fragment. */
export function loadFiles(file: string, text: string, read: FragmentReader): Salvaged<FileSet> {
  const main = loadRunbookFile(file, text);
  const diagnostics = [...main.diagnostics];
  const fragments = new Map<string, Loaded<Fragment>>();
  const visited = new Set<string>();
  const follow = (from: Loaded<Runbook | Fragment>, folder: string, chain: readonly string[]) => {
    for (const { step, path } of usesIn(from)) {
      const target = folder + step.use;
      const report = (code: DiagnosticCode, message: string, help?: string) =>
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
      if (!loaded.intact) continue;
      const { value, ...rest } = loaded.intact;
      if (!isFragment(value)) {
        report('unknown-fragment', `${target} is a runbook; only a fragment can be used`);
        continue;
      }
      fragments.set(target, { ...rest, value });
      follow(loaded.intact, target.slice(0, target.lastIndexOf('/') + 1), [...chain, target]);
    }
  };
  if (!main.intact) return { diagnostics };
  follow(main.intact, '', [file]);
  const intact: FileSet = { main: main.intact, fragments };
  return hasErrors(diagnostics) ? { diagnostics, intact } : { value: intact, diagnostics, intact };
}

function usesIn(loaded: Loaded<Runbook | Fragment>) {
  return stepsIn(loaded).flatMap(({ step, path }) => ('use' in step ? [{ step, path }] : []));
}
