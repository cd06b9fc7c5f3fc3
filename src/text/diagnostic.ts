import type { DiagnosticCode } from './codes.ts';

/** A place in a text: `line` and `column` count from 1, `offset` is an index into the text. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Another place of the same file that a diagnostic is about, and what is there. */
export interface Related {
  readonly range: Range;
  readonly message: string;
}

/** A change of a text: what stands in the range becomes `text`. */
export interface Edit {
  readonly range: Range;
  readonly text: string;
}

/** Something that is wrong, as data. Printing it is `printDiagnostic`. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  /** What was found and what was expected, in one sentence. */
  readonly message: string;
  readonly file: string;
  readonly range?: Range;
  /** What to do next. */
  readonly help?: string;
  readonly related?: readonly Related[];
  /** A change that is what was meant beyond doubt. */
  readonly fix?: Edit;
  /** The value in the range may be a secret: it is never shown. */
  readonly isSensitive?: boolean;
}

/** A value, or nothing where the text was too wrong to have one; and everything that is wrong with it. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Tells errors, which stop planning, from warnings. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** The order of printing: by file, then by place. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      a.file.localeCompare(b.file, 'en') ||
      (a.range?.start.offset ?? 0) - (b.range?.start.offset ?? 0) ||
      a.code.localeCompare(b.code, 'en'),
  );
}
