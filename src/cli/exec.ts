import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { openConnections, readsOnly } from '../connections/index.ts';
import { createRedactor, type Event, type Ports, type Question, type Redactor, run } from '../engine/index.ts';
import type { Environment } from '../language/index.ts';
import { canonicalJson, type Plan, type PlannedNode } from '../plan/index.ts';
import { plainView, summaryText } from '../report/index.ts';
import { createJournal } from '../runs/index.ts';
import { chooseRunbook, versionAsked } from './choose.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { type PlanArguments, planned } from './planned.ts';
import { runsFolder } from './runs.ts';
import { resolveSecrets } from './secrets.ts';
import { interruptions } from './signals.ts';

export interface ExecOptions extends PlanArguments {
  readonly dryRun: boolean;
  readonly confirm: readonly string[];
}

/** `runbook exec`: plans and runs. The exit code says what became of the clusters. */
export async function exec(name: string, options: ExecOptions): Promise<number> {
  const {
    plan,
    id: planId,
    environment,
  } = await planned(await chooseRunbook(name, versionAsked(options.env)), options);
  const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env.CI;
  checkConfirmations(plan, options, isInteractive);
  const redactor = createRedactor();
  try {
    return await execute(plan, planId, environment.value, options, isInteractive, redactor);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // A bug. Its message may hold a secret, and nobody knows what was sent: the journal does.
    throw new CommandError(
      redactor.text(`internal error: ${error instanceof Error ? error.stack : String(error)}`),
      exitCodes['needs-a-person'],
    );
  }
}

async function execute(
  plan: Plan,
  planId: string,
  environment: Environment,
  options: ExecOptions,
  isInteractive: boolean,
  redactor: Redactor,
): Promise<number> {
  const { secrets, targets } = await resolveSecrets(plan, environment, options.env, redactor);
  const id = newRunId();
  const journal = await createJournal(runsFolder, id, canonicalJson(plan)).catch((error: unknown) => {
    throw new CommandError(
      `the run's folder cannot be made: ${error instanceof Error ? error.message : String(error)}; nothing was sent`,
      exitCodes.refused,
    );
  });
  const connections = await openConnections(targets);
  const signals = interruptions();
  const show = await view(isInteractive);
  const ports: Ports = {
    send: options.dryRun ? readsOnly(connections.send) : connections.send,
    sleep: signals.sleep,
    now: Date.now,
    confirm: (question) => confirm(question, options.confirm, isInteractive, signals.aborted),
    record: async (event) => {
      // Shown first: what cannot be written to the disk is at least seen. What cannot be shown stops nothing.
      await show(event).catch(() => undefined);
      await journal.record(event);
    },
    interruption: signals.interruption,
  };
  try {
    const mode = options.dryRun ? 'dry' : 'real';
    const summary = await run(plan, { id, planId, mode, secrets, redactor }, ports);
    process.stdout.write(`\n${redactor.text(summaryText(summary, id, mode))}`);
    return exitCodes[summary.outcome];
  } finally {
    signals.stop();
    await journal.close();
    await connections.close();
  }
}

/** `20261124-130501-3f9a1c`: sorts by time, fits into a snapshot's name. */
function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/** Without a terminal nobody can be asked: what needs a person has to be named, before anything is sent. */
function checkConfirmations(plan: Plan, options: ExecOptions, isInteractive: boolean): void {
  const asking = questionsIn(plan.steps);
  const unknown = options.confirm.filter((id) => !asking.has(id));
  if (unknown.length > 0) {
    throw new CommandError(
      `--confirm ${unknown.join(', ')}: no such step asks for it; ${asking.size > 0 ? `these do: ${[...asking.keys()].join(', ')}` : 'none does'}`,
    );
  }
  const open = [...asking.keys()].filter((id) => !options.confirm.includes(id));
  if (open.length === 0 || isInteractive || options.dryRun) return;
  throw new CommandError(
    `a person has to confirm, and there is no terminal to ask on; nothing was sent:\n${open.map((id) => `  ${id}: ${asking.get(id)}`).join('\n')}\nAdd ${open.map((id) => `--confirm ${id}`).join(' ')} once somebody has decided.`,
    exitCodes.refused,
  );
}

function questionsIn(nodes: readonly PlannedNode[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const node of nodes) {
    if (node.kind === 'skipped') continue;
    if (node.confirm !== undefined) found.set(node.id, node.confirm);
    if (node.kind === 'block') for (const [id, question] of questionsIn(node.steps)) found.set(id, question);
  }
  return found;
}

async function confirm(
  { step, question }: Question,
  named: readonly string[],
  isInteractive: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  // The copies of a loop are confirmed by the id that the runbook gives.
  if (named.includes(step) || named.includes(step.replace(/#\d+/g, '#*'))) return true;
  if (!isInteractive) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // In raw mode the terminal gives Ctrl-C to us, not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`\n${step}: ${question} Type yes to go on: `, { signal });
    return answer.trim().toLowerCase() === 'yes';
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

async function view(isInteractive: boolean): Promise<(event: Event) => Promise<void>> {
  // Some pseudo-terminals say that they are 0 columns wide: a spinner would wrap after each character.
  if (isInteractive && !process.env.NO_COLOR && process.stdout.columns > 0) {
    const { terminalView } = await import('../report/terminal.ts');
    return terminalView((text) => process.stdout.write(text)).show;
  }
  return plainView((text) => process.stdout.write(text));
}
