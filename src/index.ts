/**
 * runbook as a library; the README has an example. Each name is documented where it is defined. What is not exported here is
 * internal, whatever `dist` has in it.
 */

// Loading and checking: from files, or from text.
export { check } from './check/index.ts';
// The interpreter with ports of your own.
export { type Connection, openConnections, readsOnly, withSecrets } from './connections/index.ts';
export {
  type Assertion,
  type Call,
  Cancelled,
  createRedactor,
  type Doubt,
  type Event,
  type GivenApproval,
  type NoResponse,
  type Note,
  type Origin,
  type Ports,
  type Question,
  type Reason,
  type RecordedCall,
  type Redactor,
  type Response,
  type RunOptions,
  type RunOutcome,
  type RunSummary,
  run,
  type SendResult,
  type ServerError,
  type StepOutcome,
  type Suspension,
} from './engine/index.ts';
// Running a plan, and going on with a run.
export { type Attendant, type Execution, execute, type RunResult } from './host/execute.ts';
export { type LoadedFiles, locateRunbook, readEnvironment, readRunbook } from './host/files.ts';
// Planning, and plans in files.
export { type PlanFile, planAgain, readPlanFile, writePlanFile } from './host/plan-file.ts';
export { type PlanArguments, type Planned, type PlanOrigin, planFromFiles } from './host/plan-from-files.ts';
export { Problem, type ProblemKind } from './host/problem.ts';
export { prepareResume, prepareRollback, type ResumeOptions } from './host/resume.ts';
export { type RecordedRun, readRun } from './host/run-folders.ts';
export { type ResolvedSecrets, resolveSecrets } from './host/secrets.ts';
export type { Credentials, Target } from './kinds/index.ts';
export {
  type Bundle,
  type Environment,
  type FileSet,
  type Fragment,
  type Loaded,
  loadBundle,
  loadEnvironment,
  type Runbook,
  type SourceDocument,
} from './language/index.ts';
export {
  canonicalJson,
  nodesIn,
  type Plan,
  type PlannedBlock,
  type PlannedConnection,
  type PlannedLock,
  type PlannedNode,
  type PlannedNote,
  type PlannedRequest,
  parsePlan,
  planId,
  type Request,
  type SkippedNode,
  type Visited,
} from './plan/index.ts';
export { type PlanExtras, planFor } from './planner/index.ts';
// What happened: journals and reports.
export {
  type Format,
  type FormatName,
  formats,
  type JournalFacts,
  linesOf,
  type RunReport,
  reasonText,
  reportOf,
  type Subject,
  subjectOf,
} from './report/index.ts';
export {
  createJournal,
  type Journal,
  type JournalContents,
  JournalDamage,
  readJournal,
  reopenJournal,
} from './runs/index.ts';
export {
  type Checked,
  type Diagnostic,
  hasErrors,
  type Json,
  type JsonObject,
  type Position,
  printDiagnostic,
  type Range,
} from './text/index.ts';
