export { errorOf } from './assertion.ts';
export type * from './event.ts';
export { holderIn, indexIdIn, isRestored, lockIn, readLock, readLockIndex, removeLock } from './lock-protocol.ts';
export { type Call, Cancelled, type Doubt, type Ports, type Question } from './ports.ts';
export type { AmbiguousResponse, LockHolder, LockReason, Reason } from './reason.ts';
export { concealed, createRedactor, type Redactor, shortestSecret } from './redactor.ts';
export { withInputs } from './render.ts';
export type {
  Assertion,
  BodyAssertion,
  NoResponse,
  NoResponseCause,
  Response,
  SendResult,
  ServerError,
  StatusAssertion,
} from './result.ts';
export { isTransient } from './retry.ts';
export { type RunOptions, run, undosOf } from './run.ts';
