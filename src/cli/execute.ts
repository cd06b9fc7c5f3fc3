import { hostname, userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { openConnections, readsOnly } from '../connections/index.ts';
import {
  createRedactor,
  type Event,
  type Ports,
  type Question,
  type Redactor,
  type RunOptions,
  run,
} from '../engine/index.ts';
import type { Environment } from '../language/index.ts';
import type { Plan } from '../plan/index.ts';
import { writtenConnections } from '../planner/index.ts';
import { forecastSentence, forecastText, plainView, reportOf, summaryText } from '../report/index.ts';
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
import { CommandError, exitCodes } from './exit-codes.ts';
import { type Output, openOutput, throughOutput } from './output.ts';
import { resolveSecrets } from './secrets.ts';
import { interruptions } from './signals.ts';
import { version } from './version.ts';

/** A run that begins, or goes on. */
export interface Execution
  extends Pick<RunOptions, 'id' | 'planId' | 'mode' | 'rollback' | 'clusterLock' | 'origin' | 'journal'> {
  readonly plan: Plan;
  readonly environment: Environment;
  /** Steps that are confirmed by name, and what was said of steps in doubt. */
  readonly confirmed: readonly string[];
  readonly assumed: ReadonlyMap<string, 'done' | 'not-done'>;
  /** After a dry run, 5 where there is something to do. */
  readonly detailedExitcode?: boolean;
  /** Opens the record, once nothing else is in the way. */
  readonly record: () => Promise<Journal>;
}

/** Whether somebody can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env.CI;
}

/** Runs a plan against the world. The exit code says what became of the clusters. */
export async function execute(execution: Execution): Promise<number> {
  const redactor = createRedactor();
  const output = openOutput(1);
  const release = await lockTargets(execution);
  try {
    return await executeWith(execution, redactor, output);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // A bug. Its message may hold a secret, and nobody knows what was sent: the journal does.
    throw new CommandError(
      redactor.text(`internal error: ${error instanceof Error ? error.stack : String(error)}`),
      exitCodes['needs-a-person'],
    );
  } finally {
    await release();
    // What nobody reads is not waited for: its write would keep the process alive for ever.
    if (!(await output.drain(2_000))) setTimeout(() => process.exit(), 1_000).unref();
  }
}

/** One run at a time per target on this machine; the run itself is one, too. */
async function lockTargets({ id, plan, mode }: Execution): Promise<() => Promise<void>> {
  if (mode === 'dry') return async () => undefined;
  const urls = [...writtenConnections(plan).keys()].map((name) => plan.environment.connections[name]?.url ?? name);
  try {
    return await lockHere(locksFolder(), [...new Set(urls), `run ${id}`], id);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `${error instanceof Locked ? message : `the lock in ${locksFolder()} cannot be taken: ${message} (XDG_STATE_HOME names another folder)`}; nothing was sent`,
      exitCodes.refused,
    );
  }
}

async function executeWith(execution: Execution, redactor: RunOptions['redactor'], output: Output): Promise<number> {
  const { plan, environment, origin, mode, id, planId, rollback, clusterLock } = execution;
  const { secrets, targets, sealKey } = await resolveSecrets(plan, environment, origin.env, redactor);
  const seal = sealKey === undefined ? undefined : sealFor(id, sealKey);
  const unsealed = seal && execution.journal ? unsealedIn(execution.journal, seal, redactor) : undefined;
  const journal = await execution.record();
  const connections = await openConnections(targets);
  const signals = interruptions((text) => output.write(`\n${text}\n`), rollback);
  const canAsk = isInteractive();
  const show = await view(canAsk, output, mode);
  const dryEvents: Event[] = [];
  // One after the other, and nobody waits for it but who asks a question.
  let shown: Promise<unknown> = Promise.resolve();
  const isShown = () => Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
  const ports: Ports = {
    send: mode === 'dry' ? readsOnly(connections.send) : connections.send,
    sleep: signals.sleep,
    now: Date.now,
    random: Math.random,
    confirm: async (question) => {
      await isShown();
      return confirm(question, execution.confirmed, canAsk, signals.aborted);
    },
    decide: async (question) => {
      await isShown();
      return decide(question, execution.assumed, canAsk, signals.aborted);
    },
    record: async (event) => {
      // Shown first: what cannot be written to the disk is at least seen. What cannot be shown stops nothing.
      shown = shown.then(() => show(event)).catch(() => undefined);
      if (mode === 'dry') dryEvents.push(event);
      await journal.record(event);
    },
    seal: async (step, name, value) => {
      // Planning has refused a plan that needs a key and has none.
      if (!seal) throw new TypeError(`nothing to seal steps.${step}.${name} with`);
      return seal.seal(step, name, value);
    },
    interruption: signals.interruption,
  };
  const owner = `${userName()}@${hostname()}, process ${process.pid}`;
  const given = { ...(execution.journal ? { journal: execution.journal } : {}), ...(unsealed ? { unsealed } : {}) };
  try {
    const summary = await run(
      plan,
      { id, planId, mode, secrets, redactor, rollback, clusterLock, owner, version, origin, ...given },
      ports,
    );
    await isShown();
    const head = journal.head();
    if (mode === 'real') {
      output.write(`\n${redactor.text(summaryText(summary, { run: id, head }))}`);
      return exitCodes[summary.outcome];
    }
    const { forecast: forecasts = [] } = reportOf(plan, dryEvents, { head, events: dryEvents.length });
    const forecast = forecastSentence(forecasts);
    output.write(`\n${redactor.text(forecastText(forecasts))}`);
    output.write(`\n${redactor.text(summaryText(summary, { run: id, head, forecast }))}`);
    const isPending = summary.outcome === 'done' && summary.predicted_writes > 0;
    return isPending && execution.detailedExitcode ? exitCodes['something-to-do'] : exitCodes[summary.outcome];
  } finally {
    signals.stop();
    await journal.close();
    await connections.close();
  }
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
    throw new CommandError(
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

async function confirm(
  { step, question }: Question,
  named: readonly string[],
  canAsk: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  // The copies of a loop are confirmed by the id that the runbook gives.
  if (named.includes(step) || named.includes(step.replace(/#\d+/g, '#*'))) return true;
  if (!canAsk) return false;
  return (await answerTo(`${step}: ${question} Type yes to go on: `, signal)) === 'yes';
}

async function decide(
  { step, question }: Question,
  assumed: ReadonlyMap<string, 'done' | 'not-done'>,
  canAsk: boolean,
  signal: AbortSignal,
): Promise<'done' | 'not-done' | 'unknown'> {
  const known = assumed.get(step);
  if (known !== undefined || !canAsk) return known ?? 'unknown';
  const answer = await answerTo(
    `${step} is in doubt. ${question}\nLook at the server. Type done if it took effect, not-done if it did not (it is sent then); anything else leaves the run as it is: `,
    signal,
  );
  return answer === 'done' || answer === 'not-done' ? answer : 'unknown';
}

/** Asks on the terminal; an empty text where nobody answers. */
export async function answerTo(question: string, signal?: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // In raw mode the terminal gives Ctrl-C to us, not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`\n${question}`, signal ? { signal } : {});
    return answer.trim().toLowerCase();
  } catch {
    return '';
  } finally {
    terminal.close();
  }
}

async function view(canAsk: boolean, output: Output, mode: 'real' | 'dry'): Promise<(event: Event) => Promise<void>> {
  // Some pseudo-terminals say that they are 0 columns wide: a spinner would wrap after each character.
  if (canAsk && mode === 'real' && !process.env.NO_COLOR && process.stdout.columns > 0) {
    const { terminalView } = await import('../report/terminal.ts');
    throughOutput(output);
    return terminalView(output.write).show;
  }
  return plainView(output.write, mode);
}
