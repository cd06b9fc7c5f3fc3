import type { Event, GivenApproval } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import type { RunReport } from './run-report.ts';

/** What a report is about: a plan, and what became of it where it was run. */
export interface Subject {
  readonly plan: Plan;
  /** The plan's id. */
  readonly id: string;
  /** The plan's own bytes: the id is their SHA-256. */
  readonly bytes: string;
  /** Of a plan that was not run: who has approved it by now. */
  readonly approvals?: readonly GivenApproval[];
  readonly run?: { readonly report: RunReport; readonly events: readonly Event[] };
}
