import { withSecrets } from '../../src/connections/index.ts';
import {
  type Answer,
  type Call,
  createRedactor,
  type Event,
  type NoResponse,
  type Ports,
  type Question,
  type Response,
  type RunOptions,
  type RunSummary,
  run,
  type SendResult,
} from '../../src/engine/index.ts';
import { type Plan, planId } from '../../src/plan/index.ts';
import { reasonText, stepReasonText } from '../../src/report/reason-text.ts';
import { openedIn, sealFor } from '../../src/runs/index.ts';
import { lineProblem } from '../../src/runs/journal-line.ts';
import type { Json } from '../../src/text/index.ts';
import { createClock } from '../clock.ts';

export const ok = (body: Json = {}, status = 200): Response => ({ kind: 'response', status, body, warnings: [] });
export const lost = (sent: 'no' | 'maybe' = 'maybe'): NoResponse => ({
  kind: 'no-response',
  sent,
  cause: 'network',
  message: 'connection reset',
});

export interface WorldRun {
  readonly summary: RunSummary;
  readonly events: readonly Event[];
  /** Every call that was sent, `METHOD path`, without the preflight's. */
  readonly sent: readonly string[];
  readonly calls: readonly Call[];
  /** Step → how it ended. */
  readonly outcomes: Record<string, string>;
  readonly reasons: Record<string, string | undefined>;
  /** What a person was asked. */
  readonly questions: readonly string[];
  /** The same, as it was asked. */
  readonly asking: readonly Question[];
}

const seal = sealFor('run-1', 'a key of the tests, which is long enough');

interface World {
  /** The answer to a call; preflights are answered by the world. */
  readonly answer?: (call: string, count: number) => SendResult | Promise<SendResult>;
  readonly mode?: RunOptions['mode'];
  readonly confirm?: boolean | Answer | (() => boolean);
  /** From which recorded event on somebody wants to stop. */
  readonly interruptedAt?: (event: Event) => boolean;
  /** From which on without a rollback. */
  readonly twiceAt?: (event: Event) => boolean;
  readonly recordFails?: (event: Event) => boolean;
  readonly now?: number;
  /** With each pause, somebody sets the wall clock by so many milliseconds. */
  readonly jump?: number;
  readonly secrets?: Record<string, Json>;
  readonly rollback?: RunOptions['rollback'];
  readonly clusterLock?: boolean;
  /** What an earlier process has recorded. */
  readonly journal?: readonly Event[];
  readonly decide?: 'done' | 'not-done';
}

/** Runs a plan in a world of plain functions: time passes only while the run sleeps. */
export async function runIn(plan: Plan, world: World = {}): Promise<WorldRun> {
  const events: Event[] = [];
  const calls: Call[] = [];
  const questions: string[] = [];
  const asking: Question[] = [];
  const counts = new Map<string, number>();
  const clock = createClock(world.now ?? Date.UTC(2026, 0, 1));
  let skew = 0;
  let isInterrupted = false;
  let isTwice = false;
  const secrets = new Map<string, Json>(Object.entries(world.secrets ?? { key: 'the-secret-key' }));
  const ports: Ports = {
    send: withSecrets(async (call) => {
      const text =
        call.request.type === 'http' ? `${call.request.method} ${call.request.path}` : call.request.operation;
      if (call.opaque_id.includes('/preflight/')) return ok({ version: { number: '7.10.2' }, cluster_uuid: 'u' });
      calls.push(call);
      const count = (counts.get(text) ?? 0) + 1;
      counts.set(text, count);
      return world.answer?.(text, count) ?? ok();
    }, secrets),
    sleep: async (milliseconds) => {
      await clock.pass(milliseconds);
      skew += world.jump ?? 0;
    },
    now: () => clock.now() + skew,
    monotonic: clock.now,
    every: clock.every,
    stateOf: () => 'unknown',
    random: () => 0,
    seal: async (step, name, value) => seal.seal(step, name, value),
    decide: async ({ title, reason }) => {
      questions.push(`${title}: ${reasonText(reason)}`);
      return world.decide ?? 'unknown';
    },
    confirm: async (asked) => {
      questions.push(asked.question);
      asking.push(asked);
      const answer = typeof world.confirm === 'function' ? world.confirm() : (world.confirm ?? true);
      return typeof answer === 'string' ? answer : answer ? 'yes' : 'no';
    },
    record: async (event) => {
      if (world.recordFails?.(event)) throw new Error('no space left on device');
      events.push(event);
      if (world.interruptedAt?.(event)) isInterrupted = true;
      if (world.twiceAt?.(event)) isTwice = true;
    },
    interruption: () => (isTwice ? 'stop-without-rollback' : isInterrupted ? 'stop' : 'none'),
  };
  const redactor = createRedactor();
  for (const secret of secrets.values()) redactor.add(secret);
  const summary = await run(
    plan,
    {
      id: 'run-1',
      planId: planId(plan),
      mode: world.mode ?? 'real',
      redactor,
      rollback: world.rollback ?? 'on-failure',
      clusterLock: world.clusterLock ?? false,
      operator: 'somebody@here',
      owner: 'somebody@here',
      process: 'p1',
      version: '0.1.0',
      origin: { runbook: 'test.yaml', env: 'env.yaml', set: [], files: {}, confirm: [] },
      ...(world.journal ? { journal: world.journal, unsealed: openedIn(world.journal, seal) } : {}),
    },
    ports,
  );
  // A journal of them could be read again.
  for (const event of events) {
    const problem = lineProblem(JSON.parse(JSON.stringify({ previous: '', ...event })));
    if (problem !== undefined) throw new Error(`an event is not as its schema says: ${problem}`);
  }
  const finished = events.flatMap((event) => (event.type === 'step-finished' ? [event] : []));
  return {
    summary,
    events,
    calls,
    questions,
    asking,
    sent: calls.map(({ request }) =>
      request.type === 'http' ? `${request.method} ${request.path}` : request.operation,
    ),
    outcomes: Object.fromEntries(finished.map(({ step, outcome }) => [step, outcome])),
    reasons: Object.fromEntries(
      finished.map(({ step, outcome, reason }) => [step, reason && stepReasonText(outcome, reason)]),
    ),
  };
}

/** A journal up to the first event that fits. */
export function until(events: readonly Event[], fits: (event: Event) => boolean): readonly Event[] {
  return events.slice(0, events.findIndex(fits) + 1);
}

/** How long was waited, each time, in milliseconds. */
export function waitsIn(events: readonly Event[]): number[] {
  return events.flatMap((event) => (event.type === 'waiting' ? [event.ms] : []));
}
