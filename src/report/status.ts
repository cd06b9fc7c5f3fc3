import type { Event, LockReason, Origin, RunSummary, Suspension } from '../engine/index.ts';
import { word } from './shell.ts';
import { commandText } from './words.ts';

/** The runs of a folder that wait for somebody, as their journals and the locks on this machine tell it. It contains no secret. */
export interface Status {
  readonly format: 'runbook-status/v1';
  /** The most urgent first, of each state the newest first. */
  readonly runs: readonly RunStatus[];
  /** Locks on this machine that processes hold, or may hold, whose runs are not among them. */
  readonly locks: readonly HeldLock[];
  /** What is wrong with folders that are no record of a run. */
  readonly problems: readonly string[];
}

/** `running`: its process is alive. `perhaps-running`: its process is on another machine or in another container. */
export const runStates = [
  'running',
  'perhaps-running',
  'unfinished',
  'suspended',
  'waiting-for-confirmation',
  'intervention-required',
  /** Nothing is left to do but to look after a lock. */
  'lock-left',
  /** Nothing is left to do but to run it again: it has not been done since. */
  'failed',
  'interrupted',
] as const;
export type RunState = (typeof runStates)[number];

export interface RunStatus {
  readonly run: string;
  readonly state: RunState;
  /** The runbook's file, without its folder. */
  readonly runbook: string;
  readonly environment: string;
  /** The working directory that it was begun in: commands are for there. */
  readonly directory: string;
  /** ISO 8601, as all times here. */
  readonly started_at: string;
  readonly finished_at?: string;
  /** Of a run that is not finished: the process that works on it, or did when it ended. */
  readonly process?: WorkingProcess;
  /** Of a run that is not finished: the step that has begun last and has not ended. */
  readonly at?: { readonly step: string; readonly title: string };
  /** How many writes of its steps were sent or about to be. */
  readonly writes: number;
  /** Of a run that is not finished: the connections that it has written to, or was about to; their locks count. */
  readonly written: readonly { readonly connection: string; readonly url: string }[];
  readonly suspended?: Suspension;
  readonly summary?: RunSummary;
  /** The locks in clusters that it holds or has left, as its journal has it. */
  readonly locks: readonly { readonly connection: string; readonly reason?: LockReason }[];
  /** A later run of the same runbook and environment that was done. */
  readonly done_since?: string;
  /** What can be done about it, the first choice first. */
  readonly next: readonly NextCommand[];
}

export interface WorkingProcess {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** Written every minute. */
  readonly last_heartbeat: string;
  /** `unknown` of a process on another machine or in another container, which cannot be asked. */
  readonly state: 'alive' | 'ended' | 'unknown';
}

/** A lock on this machine, or one that another machine has acquired in the same folder. */
export interface HeldLock {
  /** The url of what is locked. */
  readonly target: string;
  readonly run: string;
  /** The lock file. */
  readonly file: string;
  readonly process: WorkingProcess;
}

export interface NextCommand {
  /** What it is for: "continue it". */
  readonly to: string;
  readonly command: string;
}

/** A run as `statusOf` takes it: of one that is finished, its first and its last event are enough. */
export interface KnownRun {
  readonly events: readonly Event[];
  readonly directory: string;
  readonly process?: WorkingProcess;
  /** The url of a connection, as the plan has it. */
  readonly urlOf: (connection: string) => string;
  /** A later run of the same runbook and environment that was done. */
  readonly doneSince?: DoneSince;
  /** As a command line names the runbook. */
  readonly name: string;
}

export interface DoneSince {
  readonly run: string;
  /** Whether it has held the locks of the same clusters: then an earlier run does not. */
  readonly hasLocked: boolean;
}

/** Folds a run into its status; undefined where it waits for nobody, and of a dry run: it has changed nothing. */
export function statusOf({ events, directory, process, urlOf, doneSince, name }: KnownRun): RunStatus | undefined {
  const [started] = events;
  const last = events.at(-1);
  if (started?.type !== 'run-started' || started.mode === 'dry' || !last) return undefined;
  const { run, runbook, environment, at } = started;
  const about = { run, runbook, environment, directory, started_at: at };
  if (last.type === 'run-finished') {
    const state = finishedState(last, doneSince);
    if (!state) return undefined;
    const { type: _, at: finished_at, ...summary } = last;
    const locks = last.locks_left.flatMap((reason) =>
      'connection' in reason ? [{ connection: reason.connection, reason }] : [],
    );
    return {
      ...{ ...about, state, finished_at, summary, writes: last.writes, written: [] },
      locks,
      ...(doneSince === undefined ? {} : { done_since: doneSince.run }),
      next: finishedNext(state, summary, started, name),
    };
  }
  const state = openState(last, process);
  const sent = events.flatMap((event) => (event.type === 'write-intended' ? [event] : []));
  const writes = sent.filter(({ purpose }) => purpose === 'step').length;
  const written = [...new Set(sent.map(({ call }) => call.connection))];
  const open = openStep(events);
  return {
    ...{ ...about, state, writes, written: written.map((connection) => ({ connection, url: urlOf(connection) })) },
    ...(process ? { process } : {}),
    ...(open && last.type !== 'suspended' ? { at: open } : {}),
    ...(last.type === 'suspended' ? { suspended: suspensionOf(last) } : {}),
    locks: heldIn(events).map((connection) => ({ connection })),
    next: openNext(state, started, last, writes > 0, process),
  };
}

function openState(last: Event, process: WorkingProcess | undefined): RunState {
  if (process?.state === 'alive') return 'running';
  if (process?.state === 'unknown') return 'perhaps-running';
  if (last.type !== 'suspended') return 'unfinished';
  return last.by === 'confirmation' ? 'waiting-for-confirmation' : 'suspended';
}

function finishedState({ outcome, locks_left }: RunSummary, doneSince: DoneSince | undefined): RunState | undefined {
  if (outcome === 'intervention-required') return outcome;
  if (locks_left.length > 0 && !doneSince?.hasLocked) return 'lock-left';
  return (outcome === 'failed' || outcome === 'interrupted') && !doneSince ? outcome : undefined;
}

function suspensionOf(event: Extract<Event, { type: 'suspended' }>): Suspension {
  const { by, reason } = event;
  return by === 'step' || by === 'confirmation' ? { by, reason, step: event.step } : { by, reason };
}

/** The step that has begun last and has not ended. */
function openStep(events: readonly Event[]): RunStatus['at'] {
  const open = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'step-started') open.set(event.step, event.title);
    if (event.type === 'step-finished') open.delete(event.step);
  }
  const [step, title] = [...open].at(-1) ?? [];
  return step === undefined || title === undefined ? undefined : { step, title };
}

/** The connections in whose clusters a run holds its lock, as its journal has it. */
function heldIn(events: readonly Event[]): string[] {
  const held = new Set<string>();
  for (const event of events) {
    if (event.type !== 'lock') continue;
    if (event.state === 'acquired') held.add(event.connection);
    if (event.state === 'released' || event.state === 'lost') held.delete(event.connection);
  }
  return [...held];
}

type Started = Extract<Event, { type: 'run-started' }>;

function openNext(
  state: RunState,
  started: Started,
  last: Event,
  hasWritten: boolean,
  process: WorkingProcess | undefined,
): NextCommand[] {
  const resume = commandText('resume', started);
  const rollback = hasWritten ? [{ to: 'roll it back', command: commandText('rollback', started) }] : [];
  if (state === 'running')
    return [
      { to: 'follow it in a browser', command: 'runbook serve' },
      { to: 'stop it; it cleans up', command: `kill -TERM ${process?.pid ?? 'PID'}` },
    ];
  if (state === 'perhaps-running')
    return [{ to: 'continue it, once that process has ended', command: resume }, ...rollback];
  if (last.type !== 'suspended') return [{ to: 'continue it', command: resume }, ...rollback];
  switch (last.by) {
    case 'step':
      return [
        {
          to: 'continue, where the server shows that it took effect',
          command: `${resume} --assume-done ${word(last.step)}`,
        },
        { to: 'continue, where it shows that it did not', command: `${resume} --assume-not-done ${word(last.step)}` },
        ...rollback,
      ];
    case 'confirmation':
      return [...confirmations(last.step, resume), ...rollback];
    default:
      return [{ to: 'continue it, once that is put right', command: resume }];
  }
}

function confirmations(step: string, resume: string): NextCommand[] {
  const every = step.replace(/#\d+/g, '#*');
  return [
    { to: 'confirm it and continue', command: `${resume} --confirm ${word(step)}` },
    ...(every === step
      ? []
      : [{ to: 'confirm every iteration and continue', command: `${resume} --confirm ${word(every)}` }]),
  ];
}

function finishedNext(state: RunState, summary: RunSummary, started: Started, name: string): NextCommand[] {
  const { can_be_rolled_back, locks_left } = summary;
  const { run, origin } = started;
  const unlocks = locks_left.flatMap((reason) =>
    'connection' in reason
      ? [
          {
            to: `look at the lock of ${reason.connection}, and remove it`,
            command: `runbook unlock ${word(reason.connection)} --env ${word(origin.env)}`,
          },
        ]
      : [],
  );
  if (state === 'lock-left') return unlocks;
  if (state === 'intervention-required')
    return [
      ...(can_be_rolled_back.length > 0
        ? [{ to: 'complete the rollback', command: commandText('rollback', started) }]
        : []),
      ...unlocks,
      { to: 'see every call', command: `runbook show ${run}` },
      { to: 'run it again, once it is put right', command: againText(origin, name) },
    ];
  return [
    { to: 'run it again', command: againText(origin, name) },
    { to: 'see every call', command: `runbook show ${run}` },
  ];
}

/** Returns the command that a run was begun with, as far as it says what to run. */
function againText({ plan_file, env, set }: Origin, name: string): string {
  const what = plan_file === undefined ? word(name) : `--plan ${word(plan_file)}`;
  return ['runbook exec', what, `--env ${word(env)}`, ...set.map((one) => `--set ${word(one)}`)].join(' ');
}
