import type { Fragment, Gaps, Loaded, Path, Runbook } from '../language/index.ts';
import type { Diagnostic, DiagnosticCode } from '../text/index.ts';
import type { KindsGiven } from './kinds-given.ts';

/** One file and the fragments that it uses. */
export interface CheckedFile extends Loaded<Runbook | Fragment> {
  /** The versions that the runbook around it is written for; undefined for a fragment that is checked alone. */
  readonly elasticsearch?: string;
  /** The fragment behind a `use` of this file; undefined where it could not be loaded, which has its own message. */
  readonly fragment: (use: string) => { readonly value: Fragment; readonly gaps: Gaps } | undefined;
  /** The kinds of the connections that a fragment is given; undefined for a runbook, and for a fragment that is checked alone. */
  readonly kindsGiven: KindsGiven | undefined;
  /** Parts that are wrong are left out of the file's value: whoever claims that something is missing asks here first. */
  readonly gaps: Gaps;
}

/** A promise about every file: one function, one file, one line in `rules/index.ts`. Gives what breaks the promise. */
export type Rule = (file: CheckedFile) => readonly Diagnostic[];

/** An error at the value of a path. */
export function problemAt(
  file: CheckedFile,
  path: Path,
  code: DiagnosticCode,
  message: string,
  help?: string,
): Diagnostic {
  return {
    code,
    severity: 'error',
    message,
    file: file.source.file,
    range: file.source.rangeOf(path),
    ...(help ? { help } : {}),
  };
}
