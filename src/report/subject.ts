import type { Event, GivenApproval } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import type { AnnotationPath } from './annotation.ts';
import { reportOf } from './report-of.ts';
import type { RunReport } from './run-report.ts';

/** The subject of a report: a plan, and its run if there was one. */
export interface Subject {
  readonly plan: Plan;
  /** The plan's id. */
  readonly id: string;
  /** The plan's own bytes: the id is their SHA-256. */
  readonly bytes: string;
  /** Of a plan that was not run: who has approved it by now. */
  readonly approvals?: readonly GivenApproval[];
  /** The path of a file in annotations; without it, a relative path is one of the repository. */
  readonly annotationPath?: AnnotationPath;
  readonly run?: { readonly report: RunReport; readonly events: readonly Event[] };
}

/**
 * Folds a run into what every format shows.
 * @param journal What `readJournal` gives: the plan's bytes, the events from `run-started` on, the hash of the last line.
 * @throws `TypeError` where the run ended before its first event.
 */
export function subjectOf({
  plan: bytes,
  events,
  head,
}: {
  readonly plan: string;
  readonly events: readonly Event[];
  readonly head: string;
}): Subject {
  const plan = JSON.parse(bytes) as Plan;
  const report = reportOf(plan, events, { head, events: events.length });
  return { plan, id: report.plan, bytes, run: { report, events } };
}
