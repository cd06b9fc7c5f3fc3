import {
  type Bundle,
  type Environment,
  type Fragment,
  type Loaded,
  type Path,
  type Runbook,
  resolveValue,
  type Step,
  TemplateError,
} from '../language/index.ts';
import type { PlannedConnection, PlannedNode } from '../plan/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import type { Diagnostic, DiagnosticCode, Json } from '../text/index.ts';
import { lookupIn, type Scope } from './scope.ts';

/** What all steps of one plan have in common. */
export interface Shared {
  readonly bundle: Bundle;
  readonly environment: Loaded<Environment>;
  readonly connections: { readonly [name: string]: PlannedConnection };
  /** Connection → the identities that requests use there; undefined is its own credentials. Filled while planning. */
  readonly used: Map<string, Set<string | undefined>>;
  readonly diagnostics: Diagnostic[];
}

/** Where a step is planned: its file, what names mean there, and what the blocks around it give. */
export interface Context {
  readonly shared: Shared;
  readonly file: Loaded<Runbook | Fragment>;
  /** Of the file, relative to the runbook's folder; empty or with a slash at the end. */
  readonly folder: string;
  /** Before every id of this file: `backup-repository/`. */
  readonly prefix: string;
  /** After every id of this iteration: `#2`; `#*` where only the run knows the list. */
  readonly suffix: string;
  readonly scope: Scope;
  readonly connection?: string;
  readonly identity?: string;
  /** The steps of each `always` around it in this file: their ids there → in the plan. */
  readonly cleanup: ReadonlyMap<string, string>;
  /** Why all that is written here stays when the run fails. */
  readonly keep?: string;
  /** Plans steps; handed down so that a kind of step that holds others needs not know all kinds. */
  readonly expand: (steps: readonly Step[], path: Path, context: Context, numbers: Numbers) => PlannedNode[];
}

/** Gives the next number and, for a step without one, an id. */
export interface Numbers {
  readonly next: () => { readonly number: string; readonly fallbackId: string };
}

export function numbersFrom(prefix: string, fallbackId: string): Numbers {
  let count = 0;
  return {
    next: () => {
      count++;
      return { number: `${prefix}${count}`, fallbackId: `${fallbackId}~${count}` };
    },
  };
}

export function report(context: Context, path: Path, code: DiagnosticCode, message: string, help?: string): void {
  const { source } = context.file;
  context.shared.diagnostics.push({
    code,
    severity: 'error',
    message,
    file: source.file,
    range: source.rangeOf(path),
    ...(help ? { help } : {}),
  });
}

/** Does what may meet a template that cannot be evaluated; such a one is reported at the path. */
export function attempt<T>(context: Context, path: Path, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report(context, path, 'template', error.told(inOneLine));
    return undefined;
  }
}

/** The value of one field of a step, as far as planning knows it, or undefined where the field is not there. */
export function resolved(context: Context, path: Path, value: Json | undefined): Json | undefined {
  return value === undefined ? undefined : attempt(context, path, () => resolveValue(value, lookupIn(context.scope)));
}

export function sourcePlace(context: Context, path: Path): string {
  const { line, column } = context.file.source.startOf(path);
  return `${context.file.source.file}:${line}:${column}`;
}
