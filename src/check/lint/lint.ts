import { type CallStep, type Method, type Path, partsOfCall, stepsIn, type VisitedStep } from '../../language/index.ts';
import { type AdviceCode, isObject } from '../../text/index.ts';
import type { CheckedFile } from '../rule.ts';

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
}

/** Of a file: every lint asks for its calls. */
const visitedCalls = new WeakMap<CheckedFile['value'], readonly VisitedCall[]>();

export function callsIn(file: CheckedFile): readonly VisitedCall[] {
  const known = visitedCalls.get(file.value);
  if (known) return known;
  const calls = stepsIn(file).flatMap((visited) => {
    const { step } = visited;
    if (!('call' in step)) return [];
    const { method, path: target } = partsOfCall(step.call);
    return [{ ...visited, step, method, target }];
  });
  visitedCalls.set(file.value, calls);
  return calls;
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
