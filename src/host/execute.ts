import { hostname, userInfo } from 'node:os';
import { openConnections, readsOnly, withSecrets } from '../connections/index.ts';
import {
  createRedactor,
  type Doubt,
  type Event,
  type Ports,
  type Question,
  type Redactor,
  type RunOptions,
  type RunSummary,
  run,
} from '../engine/index.ts';
import type { Environment } from '../language/index.ts';
import type { Plan } from '../plan/index.ts';
import { writtenConnections } from '../planner/index.ts';
import {
  type Journal,
  Locked,
  lockHere,
  locksFolder,
  openedIn,
  type Seal,
  SealMismatch,
  sealFor,
} from '../runs/index.ts';
import type { Json } from '../text/index.ts';
import { messageOf, Problem } from './problem.ts';
import { resolveSecrets } from './secrets.ts';
import { version } from './version.ts';

/** A run that begins, or goes on. */
export interface Execution
  extends Pick<RunOptions, 'id' | 'planId' | 'mode' | 'rollback' | 'clusterLock' | 'origin' | 'journal'> {
  readonly plan: Plan;
  readonly environment: Environment;
  /** Steps that are confirmed by name, and what was said of steps in doubt. */
  readonly confirmed: readonly string[];
  readonly assumed: ReadonlyMap<string, 'done' | 'not-done'>;
  /** Opens the record, once nothing else is in the way. */
  readonly record: () => Promise<Journal>;
}

/** Who watches a run, is asked, and may stop it: a terminal, a pipeline, or the program that runbook is a library of. */
export interface Attendant extends Pick<Ports, 'interruption' | 'sleep'> {
  /** Gets every event, redacted, before it is recorded. It stops nothing: what it throws is left aside. */
  readonly show: (event: Event) => void;
  /** Asks about a step that was not confirmed by name. */
  readonly confirm: (question: Question) => Promise<boolean>;
  /** Asks about a step in doubt of which nothing was said. */
  readonly decide: (doubt: Doubt) => Promise<'done' | 'not-done' | 'unknown'>;
}

/** Nobody is there: nothing is shown, what was not confirmed by name is refused, and nothing stops the run. */
export const unattended: Attendant = {
  show: () => undefined,
  confirm: async () => false,
  decide: async () => 'unknown',
  interruption: () => 'none',
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** How a run has ended. */
export interface Executed {
  readonly summary: RunSummary;
  /** The hash that its journal ends in; of a dry run, which keeps none, that of its last event. */
  readonly head: string;
  /** Takes the secrets of the run out of a text. */
  readonly redact: (text: string) => string;
}

/**
 * Runs a plan against the world: resolves its secrets, locks its targets on this machine, opens the connections, and keeps
 * the record.
 * @throws `Problem` where it was refused before anything was sent, or where this program is wrong.
 */
export async function execute(execution: Execution, attendant: Attendant = unattended): Promise<Executed> {
  const redactor = createRedactor();
  const release = await lockTargets(execution);
  try {
    return await executeWith(execution, redactor, attendant);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // A bug. Its message may hold a secret, and nobody knows what was sent: the journal does.
    throw new Problem(
      redactor.text(`internal error: ${error instanceof Error ? error.stack : String(error)}`),
      'needs-a-person',
    );
  } finally {
    await release();
  }
}

/** One run at a time per target on this machine; the run itself is one, too. */
async function lockTargets({ id, plan, mode }: Execution): Promise<() => Promise<void>> {
  if (mode === 'dry') return async () => undefined;
  const urls = [...writtenConnections(plan).keys()].map((name) => plan.environment.connections[name]?.url ?? name);
  try {
    return await lockHere(locksFolder(), [...new Set(urls), `run ${id}`], id);
  } catch (error) {
    const message = messageOf(error);
    throw new Problem(
      `${error instanceof Locked ? message : `the lock in ${locksFolder()} cannot be taken: ${message} (XDG_STATE_HOME names another folder)`}; nothing was sent`,
      'refused',
    );
  }
}

async function executeWith(execution: Execution, redactor: Redactor, attendant: Attendant): Promise<Executed> {
  const { plan, environment, origin, mode, id, planId, rollback, clusterLock } = execution;
  const { secrets, targets, sealKey } = await resolveSecrets(plan, environment, origin.env, redactor);
  const seal = sealKey === undefined ? undefined : sealFor(id, sealKey);
  const unsealed = seal && execution.journal ? unsealedIn(execution.journal, seal, redactor) : undefined;
  const journal = await execution.record();
  const connections = await openConnections(targets);
  const ports: Ports = {
    send: withSecrets(mode === 'dry' ? readsOnly(connections.send) : connections.send, secrets),
    sleep: attendant.sleep,
    now: Date.now,
    random: Math.random,
    confirm: async (question) => isNamed(question.step, execution.confirmed) || attendant.confirm(question),
    decide: async (doubt) => execution.assumed.get(doubt.step) ?? attendant.decide(doubt),
    record: async (event) => {
      // Shown first: what cannot be written to the disk is at least seen. What cannot be shown stops nothing.
      try {
        attendant.show(event);
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
    interruption: attendant.interruption,
  };
  const owner = `${userName()}@${hostname()}, process ${process.pid}`;
  const given = { ...(execution.journal ? { journal: execution.journal } : {}), ...(unsealed ? { unsealed } : {}) };
  try {
    const summary = await run(
      plan,
      { id, planId, mode, redactor, rollback, clusterLock, owner, version, origin, ...given },
      ports,
    );
    return { summary, head: journal.head(), redact: redactor.text };
  } finally {
    await journal.close();
    await connections.close();
  }
}

/** The iterations of a loop are confirmed by the id that the runbook gives. */
function isNamed(step: string, named: readonly string[]): boolean {
  return named.includes(step) || named.includes(step.replace(/#\d+/g, '#*'));
}

/** What an earlier process has sealed. Every text in it is a secret of this one, too. */
function unsealedIn(
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
