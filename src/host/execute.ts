import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { openConnections, readsOnly, withSecrets } from '../connections/index.ts';
import {
  createRedactor,
  type Event,
  type Ports,
  type Redactor,
  type RunOptions,
  type RunSummary,
  run,
} from '../engine/index.ts';
import type { Environment } from '../language/index.ts';
import { canonicalJson, type Plan } from '../plan/index.ts';
import { writtenConnections } from '../planner/index.ts';
import {
  beginWork,
  createJournal,
  hashOf,
  type Journal,
  Locked,
  lockHere,
  lockRun,
  locksFolder,
  openedIn,
  reopenJournal,
  type Seal,
  SealMismatch,
  sealFor,
  stateOfWork,
} from '../runs/index.ts';
import type { Json } from '../text/index.ts';
import { checkConfirmations, isConfirmed } from './confirmations.ts';
import type { PlanOrigin } from './plan-from-files.ts';
import { crashAdvice, messageOf, Problem } from './problem.ts';
import { isRunId, newRunId, type RecordedRun, runsFolder } from './run-folders.ts';
import { resolveSecrets } from './secrets.ts';
import { version } from './version.ts';

/**
 * A run that begins, or goes on: what `planFromFiles`, `planAgain`, `prepareResume` or `prepareRollback` gives, and what is to
 * be different from the defaults.
 */
export interface Execution {
  readonly plan: Plan;
  /** The environment that the plan was made with. */
  readonly environment: Environment;
  /** What the plan was made from; without it, nobody can resume the run. Secrets in files are looked for beside `origin.env`. */
  readonly origin?: PlanOrigin;
  /** The run's id: letters, digits, - and _; by default one that says when it began. */
  readonly run?: string;
  /** A dry run sends reads and predicts writes; `real` by default. */
  readonly mode?: RunOptions['mode'];
  /** After a failure; `on-failure` by default. `now` is for a run that goes on, to roll it back: see `prepareRollback`. */
  readonly rollback?: RunOptions['rollback'];
  /** True if the clusters that are written to are locked for other runs; `true` by default. */
  readonly clusterLock?: boolean;
  /** Ids of steps that are confirmed: nobody is asked about them. `ID#*` is every iteration of a step in a loop. */
  readonly confirm?: readonly string[];
  /** Of steps with an unknown outcome: whether they took effect. */
  readonly assumed?: ReadonlyMap<string, 'done' | 'not-done'>;
  /** The folder of all runs, in which this one gets its own; `.runbook/runs` by default. */
  readonly runsFolder?: string;
  /** The run that goes on, where it is not a new one. */
  readonly recorded?: RecordedRun;
}

/** Who watches a run, is asked, and may stop it: a terminal, a pipeline, or the program that runbook is a library of. */
export interface Attendant {
  /** Learns what is waited for before there is an event of it. */
  readonly say?: (text: string) => void;
  /** Gets every event, redacted, before it is recorded. It stops nothing: what it throws is left aside. */
  readonly show?: (event: Event) => void;
  /**
   * Asks about a step that is not confirmed. Without it, a run that comes to such a step is suspended there, and can be resumed;
   * one that could not wait there, because an `always` around the step may have something to put right, is refused before anything
   * is sent.
   */
  readonly confirm?: Ports['confirm'];
  /** Asks about a step with an unknown outcome of which nothing was said. Without it, nobody can say, and the run stops as it is. */
  readonly decide?: Ports['decide'];
  /** Stops the run: the call in flight and what must run always are ended, then it is rolled back. */
  readonly stop?: AbortSignal;
  /** Stops the run, or its rollback, and leaves what was sent as it is. */
  readonly stopRollback?: AbortSignal;
}

/** How a run has ended. */
export interface RunResult {
  /** The run's id. */
  readonly run: string;
  /** The run's own folder: `readJournal` reads it. */
  readonly folder: string;
  readonly summary: RunSummary;
  /** The hash that its journal ends in. */
  readonly head: string;
  /** Takes the secrets of the run out of a text. */
  readonly redact: (text: string) => string;
}

/**
 * Runs a plan against the world: resolves its secrets, locks its targets on this machine, opens the connections, and keeps
 * the journal.
 * @param attendant Nobody by default: nothing is shown, and nothing stops the run.
 * @returns How it has ended, whatever became of it: see `summary.outcome`.
 * @throws `Problem` where it was refused before anything was sent, or where this program is wrong.
 */
export async function execute(execution: Execution, attendant: Attendant = {}): Promise<RunResult> {
  const { plan, recorded, mode = 'real', confirm = [] } = execution;
  if (!recorded) checkConfirmations(plan, confirm, attendant.confirm !== undefined || mode === 'dry');
  const id = recorded?.id ?? execution.run ?? newRunId();
  const redactor = createRedactor();
  const release =
    mode === 'dry'
      ? undefined
      : await lockTargets(plan, id, recorded?.folder ?? join(execution.runsFolder ?? runsFolder, id));
  try {
    return await executeAs(id, execution, redactor, attendant);
  } catch (error) {
    if (error instanceof Problem) throw new Problem(redactor.text(error.message), error.kind);
    // A bug. Its message may hold a secret, and nobody knows what was sent: the journal does.
    throw new Problem(
      redactor.text(`runbook ${version} has crashed: ${messageOf(error)}. ${crashAdvice(id)}`),
      'crashed',
    );
  } finally {
    await release?.();
  }
}

/** One run at a time per target on this machine. */
async function lockTargets(plan: Plan, id: string, folder: string): Promise<() => Promise<void>> {
  const urls = [...writtenConnections(plan).keys()].map((name) => plan.environment.connections[name]?.url ?? name);
  const locks = locksFolder();
  if (locks === undefined)
    throw new Problem(
      'this user has no home folder, where the locks of this machine are kept; set XDG_STATE_HOME to a folder of its own; no write was sent by this command',
      'refused',
    );
  try {
    return await lockHere(locks, [...new Set(urls)], id, resolve(folder));
  } catch (error) {
    const message = messageOf(error);
    throw new Problem(
      `${error instanceof Locked ? message : `the lock in ${locks} cannot be acquired: ${message} (XDG_STATE_HOME names another folder)`}; no write was sent by this command`,
      'refused',
    );
  }
}

async function executeAs(
  id: string,
  execution: Execution,
  redactor: Redactor,
  attendant: Attendant,
): Promise<RunResult> {
  const { plan, environment, mode = 'real', rollback = 'on-failure', clusterLock = true, recorded } = execution;
  const { confirm = [], assumed } = execution;
  const origin = execution.origin ?? { runbook: plan.runbook.file, env: '', set: [], files: {} };
  const { secrets, targets, sealKey } = await resolveSecrets(plan, environment, origin.env, redactor);
  const seal = sealKey === undefined ? undefined : sealFor(id, sealKey);
  const unsealed = seal && recorded ? unsealedIn(recorded.events, seal, redactor) : undefined;
  const bytes = canonicalJson(plan);
  const journal = recorded
    ? await reopened(recorded, attendant)
    : await created(execution.runsFolder ?? runsFolder, id, bytes);
  const work = beginWork();
  const connections = await openConnections(targets);
  const ports: Ports = {
    send: withSecrets(mode === 'dry' ? readsOnly(connections.send) : connections.send, secrets),
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    confirm: async (question) =>
      isConfirmed(question.step, confirm) ? 'yes' : ((await attendant.confirm?.(question)) ?? 'later'),
    decide: async (doubt) => assumed?.get(doubt.step) ?? attendant.decide?.(doubt) ?? 'unknown',
    record: async (event) => {
      // Shown first: what cannot be written to the disk is at least seen. What cannot be shown stops nothing.
      try {
        attendant.show?.(event);
      } catch {
        // The journal has it.
      }
      await journal.record(event);
    },
    seal: async (step, name, value) => {
      // Planning has refused a plan that needs a key and has none.
      if (!seal) throw new TypeError(`nothing to seal steps.${step}.${name} with`);
      return seal.seal(step, name, value);
    },
    every,
    stateOf: stateOfWork,
    ...interruptions(attendant),
  };
  const operator = `${userName()}@${hostname()}`;
  const options: RunOptions = {
    ...{ id, planId: hashOf(bytes), mode, redactor, rollback, clusterLock, version },
    process: work.name,
    operator,
    owner: `${operator}, process ${process.pid}`,
    origin: { ...origin, confirm },
    ...(recorded ? { journal: recorded.events } : {}),
    ...(unsealed ? { unsealed } : {}),
  };
  try {
    const summary = await run(plan, options, ports);
    return { run: id, folder: journal.folder, summary, head: journal.head(), redact: redactor.text };
  } finally {
    work.end();
    await journal.close();
    await connections.close();
  }
}

/** The journal of a new run. */
async function created(runs: string, id: string, plan: string): Promise<Journal> {
  if (!isRunId(id)) throw new Problem(`the id of a run has letters, digits, - and _ only: ${id}; no write was sent`);
  const journal = await createJournal(runs, id, plan).catch((error: unknown) => {
    throw new Problem(`cannot create the folder of the run: ${messageOf(error)}; no write was sent`, 'refused');
  });
  return locked(journal, await lockFolder(journal.folder, id));
}

/** The journal of a run that goes on. */
async function reopened({ id, folder, head, lost }: RecordedRun, attendant: Attendant): Promise<Journal> {
  const release = await lockFolder(folder, id, attendant);
  try {
    const { journal, contents } = await reopenJournal(folder).catch((error: unknown) => {
      throw new Problem(
        `the journal cannot be opened: ${messageOf(error)}; nothing was sent by this command`,
        'refused',
      );
    });
    if (contents.head === head) {
      // The next process must know it, too.
      for (const event of lost) await journal.record(event);
      return locked(journal, release);
    }
    // Between the reading and the lock another process may have gone on with it.
    await journal.close();
    throw new Problem(`another process has resumed run ${id}; nothing was sent`, 'refused');
  } catch (error) {
    await release();
    throw error;
  }
}

/** One process per run: whoever resumes it or rolls it back meanwhile is refused. */
async function lockFolder(folder: string, id: string, attendant?: Attendant): Promise<() => Promise<void>> {
  const patience = attendant && {
    say: attendant.say ?? (() => undefined),
    pause: async (milliseconds: number) => {
      await sleep(milliseconds, attendant.stop ? [attendant.stop] : []);
      return attendant.stop?.aborted !== true;
    },
  };
  return lockRun(folder, id, patience).catch((error: unknown) => {
    const message = messageOf(error);
    throw new Problem(
      `${error instanceof Locked ? message : `the run cannot be locked: ${message}`}; nothing was sent by this command`,
      'refused',
    );
  });
}

/** The journal with the lock of its folder, which is released when the journal is closed. */
function locked(journal: Journal, release: () => Promise<void>): Journal {
  const close = async () => {
    await journal.close();
    await release();
  };
  return { ...journal, close };
}

/** Calls an action again and again until that is ended; a call that takes longer is waited for. */
function every(milliseconds: number, action: () => Promise<void>): () => Promise<void> {
  let call: Promise<void> | undefined;
  const timer = setInterval(() => {
    call ??= action()
      .catch(() => undefined)
      .finally(() => {
        call = undefined;
      });
  }, milliseconds);
  return async () => {
    clearInterval(timer);
    await call;
  };
}

/** The signals of an attendant as the interpreter asks for them. */
function interruptions({ stop, stopRollback }: Attendant): Pick<Ports, 'interruption' | 'sleep'> {
  const signals = [stop, stopRollback].flatMap((signal) => (signal ? [signal] : []));
  const state = () => (stopRollback?.aborted ? 'stop-without-rollback' : stop?.aborted ? 'stop' : 'none');
  let noticed: ReturnType<typeof state> = 'none';
  return {
    interruption: () => {
      noticed = state();
      return noticed;
    },
    sleep: async (milliseconds) => {
      // A signal that has come since the run looked last ends its next pause; what cleans up pauses again.
      const isNew = noticed !== state();
      noticed = state();
      if (!isNew) await sleep(milliseconds, signals);
    },
  };
}

/** Waits until a signal comes, at most so long. */
function sleep(milliseconds: number, signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', wake);
      resolve();
    };
    // Longer timers fire at once.
    const timer = setTimeout(wake, Math.min(milliseconds, 2 ** 31 - 1));
    for (const signal of signals) signal.addEventListener('abort', wake);
  });
}

/** Returns what an earlier process has sealed. Every text in it is a secret of this one, too. */
export function unsealedIn(
  events: readonly Event[],
  seal: Seal,
  redactor: Redactor,
): ReadonlyMap<string, ReadonlyMap<string, Json>> {
  try {
    const unsealed = openedIn(events, seal);
    for (const values of unsealed.values()) for (const value of values.values()) redactor.add(value);
    return unsealed;
  } catch (error) {
    if (!(error instanceof SealMismatch)) throw error;
    throw new Problem(
      `${error.message}: the run was begun with another journal.seal, or its journal was changed. Give the key that it was begun with; nothing was sent`,
    );
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
