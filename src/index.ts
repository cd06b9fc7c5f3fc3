/**
 * runbook as a library: load, check, plan and run, with ports of your own.
 *
 * ```ts
 * const { value: bundle, diagnostics } = loadBundle('users-7.10.yaml', text, (path) => readFragment(path));
 * ```
 */
export { check } from './check/index.ts';
export * from './engine/index.ts';
export { type Bundle, type Loaded, loadBundle, loadEnvironment } from './language/index.ts';
export * from './plan/index.ts';
export * from './planner/index.ts';
export { type Checked, type Diagnostic, type Json, printDiagnostic } from './text/index.ts';
