import { type Kind, kindNamed } from '../../kinds/index.ts';
import {
  type CallStep,
  type Content,
  contentOf,
  type Method,
  type Path,
  partsOfCall,
  stepsIn,
  type VisitedStep,
} from '../../language/index.ts';
import { type AdviceCode, isObject, type JsonObject } from '../../text/index.ts';
import type { CheckedFile } from '../rule.ts';
import { connectionOf, kindOfConnection } from '../templates.ts';

/** Advice about operations on Elasticsearch: what it finds is a warning until somebody follows it or gives a reason not to. */
export interface Lint {
  readonly code: AdviceCode;
  /** What is wrong, in one sentence; it stands in the diagnostic. */
  readonly title: string;
  /** What happens on real servers. */
  readonly reason: string;
  /** What to do instead. */
  readonly fix: string;
  readonly example: { readonly wrong: string; readonly right: string };
  readonly find: (file: CheckedFile) => readonly Finding[];
}

/** A place where a lint's advice is not followed. */
export interface Finding {
  readonly path: Path;
  /** The step that it belongs to: a comment above it silences the finding, too. */
  readonly step?: Path;
  /** The key is meant, not its value. */
  readonly isKey?: true;
  readonly isSensitive?: true;
}

/** A step with a call, and the parts of that. */
export interface VisitedCall extends VisitedStep {
  readonly step: CallStep;
  readonly method: Method;
  /** The path as it is written, templates and all. */
  readonly target: string;
  /** The connection, as it is written. */
  readonly on: string | undefined;
  /** The kind of the connection; the default one where it is not known. */
  readonly kind: Kind;
}

/** Of a file: every lint asks for its calls. */
const visitedCalls = new WeakMap<CheckedFile, readonly VisitedCall[]>();

export function callsIn(file: CheckedFile): readonly VisitedCall[] {
  const known = visitedCalls.get(file);
  if (known) return known;
  const calls = stepsIn(file).flatMap((visited) => {
    const { step } = visited;
    if (!('call' in step)) return [];
    const { method, path: target } = partsOfCall(step.call);
    const on = connectionOf(visited, file);
    return [{ ...visited, step, method, target, on, kind: kindNamed(kindOfConnection(file, on)) }];
  });
  visitedCalls.set(file, calls);
  return calls;
}

/** A call as it is written, for what its kind of connection knows. */
export function writtenCall({ step, method, target }: Pick<VisitedCall, 'step' | 'method' | 'target'>) {
  return { method, path: target, query: step.query as JsonObject, ...contentOf(step as Content) };
}

/** Returns whether a step runs only where an earlier one has found what it should. */
export function goesByRead({ step, ancestors }: VisitedStep): boolean {
  return [...ancestors, step].some(({ when }) => JSON.stringify(when ?? {}).includes('steps.'));
}

/** A finding at the call of a step. */
export function atCall({ path }: VisitedStep): Finding {
  return { path: [...path, 'call'], step: path };
}

/** A field of a step's body; undefined where there is none, or the body is no mapping. */
export function bodyField({ step }: VisitedCall, name: string): unknown {
  return isObject(step.body) ? step.body[name] : undefined;
}

export function isRestore({ method, target }: VisitedCall): boolean {
  return method === 'POST' && /\/_restore$/.test(target);
}

/** `PUT /_snapshot/REPOSITORY/SNAPSHOT`. */
export function isSnapshot({ method, target }: VisitedCall): boolean {
  return (
    (method === 'PUT' || method === 'POST') &&
    /^\/_snapshot\/[^/]+\/[^/]+$/.test(target) &&
    !target.endsWith('/_verify') &&
    !target.endsWith('/_cleanup')
  );
}
