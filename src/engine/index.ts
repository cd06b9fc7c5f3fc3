export { wentAlong } from './contents.ts';
export type * from './event.ts';
export { suspendedState } from './findings.ts';
export { type Answer, type Call, Cancelled, type Doubt, type Ports, type Question } from './ports.ts';
export { previewRollback, type RollbackPreview } from './preview.ts';
export type { AmbiguousResponse, LockReason, Reason } from './reason.ts';
export { createRedactor, type Redactor, secretMark, shortestSecret } from './redactor.ts';
export { instanceId, patternOf, plannedAmong, withInputs } from './render.ts';
export type {
  Advice,
  Assertion,
  Headers,
  NoResponse,
  NoResponseCause,
  Response,
  SendResult,
  ServerError,
  Unreadable,
} from './result.ts';
export { hasSucceeded, isRefusal, isTransient, sentIn } from './retry.ts';
export { type RunOptions, rollbacksOf, run } from './run.ts';
