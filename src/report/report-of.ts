import { type Event, type RunSummary, type Suspension, sentIn, suspendedState } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import { forecastOf } from './forecast.ts';
import { reasonText, stepReasonText } from './reason-text.ts';
import type { JournalFacts, ReportedCall, ReportedLock, ReportedStep, RunReport } from './run-report.ts';

/** A value while it is made. */
type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };
type DraftStep = Draft<ReportedStep>;
type Of<T extends Event['type']> = Extract<Event, { type: T }>;

/**
 * Folds a journal into a report.
 * @param events From `run-started` on.
 * @param journal The hash of its last line, and how many events it has.
 */
export function reportOf(plan: Plan, events: readonly Event[], journal: JournalFacts): RunReport {
  const report = reportFrom(events, journal);
  return report.mode === 'dry' ? { ...report, forecast: forecastOf(plan, report) } : report;
}

function reportFrom(events: readonly Event[], journal: JournalFacts): RunReport {
  const [started] = events;
  if (started?.type !== 'run-started') throw new TypeError('a journal begins with run-started');
  const last = events.at(-1);
  const isFinished = last?.type === 'run-finished';
  const { run, mode, title, runbook, environment, plan, version, operator, origin } = started;
  return {
    format: 'runbook-report/v1',
    run,
    mode,
    state: isFinished ? last.outcome : last?.type === 'suspended' ? suspendedState(last) : 'unfinished',
    ...(last?.type === 'suspended' ? { suspended: suspensionOf(last) } : {}),
    title,
    runbook,
    environment,
    plan,
    version,
    operator,
    origin,
    started_at: started.at,
    ...(isFinished ? { finished_at: last.at } : {}),
    journal,
    ...foldedOf(events),
  };
}

function suspensionOf({ at: _at, type: _type, ...suspension }: Of<'suspended'>): Suspension {
  return suspension;
}

function foldedOf(events: readonly Event[]) {
  const steps: DraftStep[] = [];
  const open = new Map<string, DraftStep>();
  const finished = new Map<string, DraftStep>();
  const resumed: Draft<RunReport>['resumed'] = [];
  const locks: ReportedLock[] = [];
  const lock_calls: ReportedCall[] = [];
  const rollbacks: Draft<RunReport>['rollbacks'] = [];
  let summary: RunSummary | undefined;
  /** Steps with a call or a question before they have begun: what they are is said when they begin or end. */
  const stepOf = (id: string, at: string): DraftStep => {
    const found = open.get(id);
    if (found) return found;
    const step: DraftStep = {
      ...{ step: id, number: '', title: id, phase: 'steps', kind: 'request', depth: 0, place: '' },
      ...{ started_at: at, calls: [], assertions: [], notes: [] },
    };
    open.set(id, step);
    steps.push(step);
    return step;
  };
  /** Before it is rolled back, and at the end of the run, a step that has ended is looked at again. */
  const callerOf = (id: string, at: string) => open.get(id) ?? finished.get(id) ?? stepOf(id, at);
  const callsOf = (event: Of<'write-intended' | 'response' | 'no-response'>): ReportedCall[] =>
    event.purpose === 'lock' ? lock_calls : callerOf(event.step, event.at).calls;
  for (const event of events) {
    switch (event.type) {
      case 'run-resumed':
        resumed.push({ at: event.at, as: event.as, version: event.version, operator: event.operator });
        break;
      case 'run-finished': {
        const { at: _at, type: _type, ...rest } = event;
        summary = rest;
        break;
      }
      case 'lock': {
        const { type: _type, ...lock } = event;
        locks.push({ ...lock, ...(lock.reason ? { message: reasonText(lock.reason) } : {}) });
        break;
      }
      case 'step-rolled-back':
        rollbacks.push({ step: event.step, clean: event.clean });
        break;
      case 'rollback-skipped':
        rollbacks.push({ step: event.step, clean: true, skipped: event.reason, message: reasonText(event.reason) });
        break;
      case 'step-started':
        Object.assign(stepOf(event.step, event.at), described(event));
        break;
      case 'step-finished': {
        const step = stepOf(event.step, event.at);
        const { outcome, reason, depends_on, saved, saved_secrets } = event;
        const message = reason && stepReasonText(outcome, reason);
        const given = Object.entries({ outcome, reason, message, depends_on, saved, saved_secrets }).filter(
          ([, value]) => value !== undefined,
        );
        Object.assign(step, described(event), Object.fromEntries(given), { finished_at: event.at });
        // Its rollback may be tried a second time: that is another one.
        open.delete(event.step);
        finished.set(event.step, step);
        break;
      }
      case 'confirmation':
        stepOf(event.step, event.at).confirmation = { question: event.question, confirmed: event.confirmed };
        break;
      case 'noted':
        stepOf(event.step, event.at).notes.push({ severity: event.severity, note: event.note });
        break;
      case 'asserted': {
        const { type: _type, at: _at, step: _step, ...assertion } = event;
        stepOf(event.step, event.at).assertions.push(assertion);
        break;
      }
      case 'line-lost':
        stepOf(event.step, event.at).message = 'the journal was cut off here: the write may have been sent';
        break;
      case 'write-intended':
        callsOf(event).push({ ...event.call, purpose: event.purpose, at: event.at, warnings: [] });
        break;
      case 'response':
      case 'no-response':
        answered(callsOf(event), event);
        break;
      default:
    }
  }
  return { resumed, steps, locks, lock_calls, rollbacks, ...(summary ? { summary } : {}) };
}

function described({ number, title, phase, kind, depth, place }: Of<'step-started' | 'step-finished'>) {
  return { number, title, phase, kind, depth, place };
}

/** The response to a call; that to a write belongs to what was recorded before it was sent. */
function answered(calls: ReportedCall[], event: Of<'response' | 'no-response'>): void {
  const { call, purpose, at, duration_ms } = event;
  const common = { ...call, purpose, at, duration_ms };
  const answer: ReportedCall =
    event.type === 'no-response'
      ? {
          ...common,
          warnings: [],
          failure: { sent: sentIn(event), reason: event.reason, message: reasonText(event.reason) },
        }
      : { ...common, status: event.status, warnings: event.warnings, ...(event.error ? { error: event.error } : {}) };
  const last = calls.at(-1);
  const isIntended = call.effect === 'write' && last?.effect === 'write' && last.duration_ms === undefined;
  if (isIntended) calls[calls.length - 1] = answer;
  else calls.push(answer);
}
