import { check } from '../src/check/index.ts';
import { type Bundle, loadBundle, loadEnvironment } from '../src/language/index.ts';
import type { Plan } from '../src/plan/index.ts';
import { type PlanExtras, planFor } from '../src/planner/index.ts';
import type { Diagnostic } from '../src/text/index.ts';

export const environmentText = `
apiVersion: runbook/v1
environment: test
journal: { seal: { env: SEAL } }
connections:
  es: { url: 'http://127.0.0.1:9200', auth: { basic: { username: elastic, password: { env: PW } } }, identities: { recovery: { auth: { bearer: { env: TOKEN } } } } }
  other: { url: 'http://127.0.0.1:9201' }
inputs:
  key: { env: KEY }
`;

/** A runbook's head for tests; the steps follow. */
export const head = `apiVersion: runbook/v1
name: test
elasticsearch: 7.10.x
title: A test
inputs: # inputs.names, inputs.name and inputs.key are for the tests that read them
  names: { type: list, default: [a, b] }
  name: { type: string, default: one }
  key: { type: string, secret: true }
connections: { es: { kind: elasticsearch }, other: { kind: elasticsearch, optional: true } }
steps:
`;

/**
 * What most steps of the tests do not follow: the advice to account for each write, and that servers have the calls, for
 * `POST /open` says better what a test is about.
 */
const notMeant = new Set([
  'left-in-place',
  'unused-input',
  'unknown-api',
  'unknown-method',
  'unknown-parameter',
  'unknown-body-key',
  'api-of-other-versions',
]);

/** Loads and checks; gives every diagnostic but those that are not meant in most tests. */
export function diagnosticsOf(text: string, fragments: Record<string, string> = {}): readonly Diagnostic[] {
  return everyDiagnosticOf(text, fragments).filter(({ code }) => !notMeant.has(code));
}

export function everyDiagnosticOf(text: string, fragments: Record<string, string> = {}): readonly Diagnostic[] {
  const { intact, diagnostics } = loadBundle('test.yaml', text, (path) => fragments[path]);
  return intact ? [...diagnostics, ...check(intact)] : diagnostics;
}

/** A bundle without errors. */
export function bundleOf(text: string, fragments: Record<string, string> = {}): Bundle {
  const diagnostics = diagnosticsOf(text, fragments);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const { value } = loadBundle('test.yaml', text, (path) => fragments[path]);
  if (!value) throw new Error('no bundle');
  return value;
}

/** Plans, and gives what is wrong where there is something. */
export function tryPlan(
  steps: string,
  options: {
    fragments?: Record<string, string>;
    sets?: string[];
    environment?: string;
    whole?: boolean;
    extras?: PlanExtras;
  } = {},
) {
  const { value: environment, diagnostics } = loadEnvironment('env.yaml', options.environment ?? environmentText);
  if (!environment) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const bundle = bundleOf(options.whole ? steps : head + steps, options.fragments);
  return planFor(bundle, environment, options.sets ?? [], options.extras);
}

/** A plan without errors. */
export function planOf(steps: string, options: Parameters<typeof tryPlan>[1] = {}): Plan {
  const { value, diagnostics } = tryPlan(steps, options);
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

/** `code line:column` of each diagnostic. */
export function places(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, range }) => `${code} ${range?.start.line}:${range?.start.column}`);
}

/** `code: text` of each diagnostic, the text being the first line of what it marks. */
export function marked(diagnostics: readonly Diagnostic[], text: string): string[] {
  return diagnostics.map(
    ({ code, range }) => `${code}: ${text.slice(range?.start.offset, range?.end.offset).split('\n')[0]}`,
  );
}
