export * from './call.ts';
export * from './content.ts';
export * from './document.ts';
export type {
  Auth,
  Environment,
  EnvironmentConnection,
  MaintenanceWindow,
  SecretReference,
} from './environment.types.ts';
export * from './expression.ts';
export { type Gaps, noGaps } from './gaps.ts';
export * from './header.ts';
export * from './inputs.ts';
export * from './load.ts';
export type { Loaded } from './loaded.ts';
export * from './matchers/index.ts';
export { patience } from './patience.ts';
export * from './query.ts';
export { matchesRegex } from './regex.ts';
export type {
  Block,
  BodyConditions,
  CallStep,
  Connection,
  DoneWhen,
  Expect,
  Fragment,
  Input,
  Measure,
  NoteStep,
  ObjectInput,
  OssStep,
  PlainInput,
  Progress,
  Runbook,
  Status,
  Step,
  UseStep,
} from './runbook.types.ts';
export * from './template.ts';
export { validatorFor } from './validator.ts';
export * from './version.ts';
export * from './visit.ts';
