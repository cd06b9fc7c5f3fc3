import type { Reason } from '../engine/index.ts';
import { reasonText } from './reason-text.ts';
import { durationBetween, type RunReport } from './run-report.ts';

/** The runs of a directory, for programs. */
export interface RunList {
  readonly format: 'runbook-runs/v1';
  /** The newest first. */
  readonly runs: readonly ListedRun[];
  /** Why others cannot be shown. */
  readonly problems: readonly string[];
}

/** One run in a list. */
export interface ListedRun {
  readonly run: string;
  readonly mode: 'real' | 'dry';
  readonly state: RunReport['state'];
  /** Why it has not succeeded, or does not go on. */
  readonly reason?: Reason;
  /** The step and the reason as one line. */
  readonly message?: string;
  readonly runbook: string;
  readonly environment: string;
  /** Who has started it (`dana@laptop`), then who else has gone on with it. */
  readonly operators: readonly string[];
  readonly started_at: string;
  /** Missing where it has not ended. */
  readonly finished_at?: string;
  /** From its start to its end, in milliseconds; pauses before it was resumed are in it. */
  readonly duration_ms?: number;
}

/** A run as its folder tells it. */
interface Entry {
  readonly id: string;
  readonly started: string;
  readonly ended?: string;
  readonly runbook: string;
  readonly environment: string;
  readonly mode: 'real' | 'dry';
  readonly operators: readonly string[];
  readonly outcome: RunReport['state'];
  readonly because?: { readonly step?: string; readonly reason: Reason };
}

/** Returns the runs of a directory as a list for programs; `problems` are those of what cannot be read. */
export function runListOf(entries: readonly Entry[], problems: readonly string[]): RunList {
  return { format: 'runbook-runs/v1', runs: entries.map(listedRun), problems };
}

/** Returns a run as a list shows it. */
export function listedRun({ id, started, ended, outcome, because, ...rest }: Entry): ListedRun {
  const { runbook, environment, mode, operators } = rest;
  const duration = durationBetween(started, ended);
  return {
    run: id,
    mode,
    state: outcome,
    ...(because === undefined ? {} : { reason: because.reason, message: messageOf(because) }),
    ...{ runbook, environment, operators, started_at: started },
    ...(ended === undefined ? {} : { finished_at: ended }),
    ...(duration === undefined ? {} : { duration_ms: duration }),
  };
}

function messageOf({ step, reason }: NonNullable<Entry['because']>): string {
  const text = reasonText(reason).replace(/\s+/g, ' ');
  return step === undefined ? text : `${step}: ${text}`;
}
