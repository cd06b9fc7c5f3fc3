import { withSecrets } from '../../src/connections/index.ts';
import {
  type Call,
  createRedactor,
  type Event,
  type Ports,
  type Response,
  type RunOptions,
  type RunSummary,
  run,
  type SendResult,
} from '../../src/engine/index.ts';
import type { Plan } from '../../src/plan/index.ts';
import { chainOf, hashOf, lineOf, openedIn, sealFor } from '../../src/runs/index.ts';
import { lineProblem } from '../../src/runs/journal-line.ts';
import type { ClusterRequest, World } from '../../src/sandbox/world/state.ts';
import { createClock, inTurn } from '../clock.ts';
import { answerTo } from './connection.ts';
import { type Faults, misfortunes, type SendFault } from './faults.ts';
import type { Random } from './random.ts';
import { beginning, type Scenario } from './scenarios.ts';

/** A write that has arrived, or may have. */
export interface Sent {
  /** The call's `x-opaque-id`. */
  readonly id: string;
  /** It is about a lock; otherwise it is of a step. */
  readonly isLock: boolean;
  readonly step: string;
  readonly call: string;
  readonly connection: string;
  /** An intent of its own was on the disk. */
  readonly isIntended: boolean;
  /** How many events the journal had when it was sent. */
  readonly events: number;
  /** In which process, from 1. */
  readonly process: number;
  readonly isUnrecorded: boolean;
  readonly tookEffect: boolean;
}

/** What a fault at a call can make different. */
export interface SentCall {
  /** The world was another one after it. */
  changed: boolean;
  /** What can befall it but a fault on the way. */
  readonly misfortunes: readonly SendFault[];
}

/** A world after everything has happened in it. */
export interface Ending {
  readonly scenario: Scenario;
  readonly faults: Faults;
  readonly isUndone: boolean;
  readonly world: World;
  readonly journal: Buffer;
  readonly events: readonly Event[];
  readonly summary: RunSummary | undefined;
  readonly sent: readonly Sent[];
  readonly sends: readonly SentCall[];
  /** Of each event: all that had happened outside the process before it. Where it is the same for two, nothing was between them. */
  readonly records: readonly string[];
  readonly processes: number;
  /** How many of the faults have come to pass. */
  readonly met: number;
  /** How many events the journal had after each power loss. */
  readonly cuts: readonly number[];
}

/** What a test switches off to see that the invariants notice. */
export type Sabotage = 'none' | 'no-write-ahead' | 'no-always' | 'no-read-back';

export interface Wishes {
  readonly sabotage?: Sabotage;
  /** Somebody wants the run undone: when it is finished, or when its first process has died. */
  readonly undone?: 'never' | 'afterwards' | 'early';
  readonly mode?: RunOptions['mode'];
}

const mostProcesses = 25;
const seal = sealFor('run-1', 'a key of the simulation, long enough');

/**
 * Runs a scenario in a world of its own, with faults. A process that dies is followed by one that resumes, until the run
 * is finished; a person who is asked knows what the world knows.
 */
export async function simulate(
  scenario: Scenario,
  faults: Faults,
  random: Random,
  { sabotage = 'none', undone = 'never', mode = 'real' }: Wishes = {},
): Promise<Ending> {
  const plan = sabotage === 'no-always' ? withoutAlways(scenario.plan) : scenario.plan;
  let { world } = scenario;
  let clock = createClock(beginning);
  const sends: SentCall[] = [];
  const records: string[] = [];
  let begun = 0;
  let met = 0;
  let processes = 0;
  /** The journal as it is in the cache of the machine, and how much of it is on the disk. */
  let lines = '';
  let synced = 0;
  let count = 0;
  const intents = new Map<string, number>();
  const sent: Sent[] = [];
  const cuts: number[] = [];
  const truth = new Map<string, boolean>();
  const outages = new Map<string, number>();

  async function live(
    options: Pick<RunOptions, 'rollback' | 'journal'>,
    head: string,
  ): Promise<RunSummary | undefined> {
    processes++;
    // Somebody has to notice that a process has ended, and comes back later.
    clock = createClock(clock.now() + (processes > 1 ? 300_000 : 0));
    const { now, every } = clock;
    const pass = scenario.isParallel ? inTurn(clock) : clock.pass;
    const process = processes;
    let signals = 0;
    let isDead = false;
    let disk: 'good' | 'dead' = 'good';
    let isUnrecorded = false;
    let last = head;
    let die: () => void = () => undefined;
    const death = new Promise<undefined>((resolve) => {
      die = () => {
        isDead = true;
        resolve(undefined);
      };
    });
    const never = () => new Promise<never>(() => undefined);
    const append = (event: Event) => {
      const line = lineOf(event, last);
      last = hashOf(line);
      lines += `${line}\n`;
      count++;
      const isSynced =
        event.type === 'run-started' ||
        event.type === 'run-resumed' ||
        event.type === 'run-finished' ||
        (event.type === 'write-intended' && sabotage !== 'no-write-ahead');
      if (isSynced) synced = lines.length;
      if (isSynced && event.type === 'write-intended') {
        intents.set(event.call.opaque_id, (intents.get(event.call.opaque_id) ?? 0) + 1);
      }
    };
    const ports: Ports = {
      send: withSecrets(async (call) => {
        if (isDead) return never();
        begun++;
        // Side by side, calls do not arrive in the order in which they were sent.
        await pass(scenario.isParallel ? 1 + ((begun * 37) % 23) : 5);
        if (isDead) return never();
        const fault = faults.sends.get(sends.length);
        const sending: SentCall = {
          changed: false,
          misfortunes: misfortunes.filter((one) => misfortuneOf(one, call) !== undefined),
        };
        sends.push(sending);
        const { connection } = call.request;
        if (fault) met++;
        if (fault === 'outage') outages.set(connection, now() + 5_000 + random.below(20_000));
        if (fault === 'long-outage') outages.set(connection, now() + 900_000);
        if ((outages.get(connection) ?? 0) > now())
          return { kind: 'no-response', sent: 'no', cause: 'network', message: 'connect ECONNREFUSED' };
        const { arrives, answer } = fateOf(fault, call);
        const misfortune = misfortuneOf(fault, call);
        const before = world;
        const outcome = arrives ? await answerTo(call, scenario, world, now(), misfortune) : undefined;
        if (outcome) world = outcome.world;
        sending.changed = world !== before;
        if (call.effect === 'write' && fault !== 'refused') {
          const id = call.opaque_id;
          const step = id.split('/').slice(2).join('/');
          const status = outcome?.answer.kind === 'response' ? outcome.answer.status : 0;
          const tookEffect = world !== before && status >= 200 && status < 300;
          truth.set(step, tookEffect);
          const { request } = call;
          const text = request.type === 'http' ? `${request.method} ${request.path}` : '';
          sent.push({
            id,
            isLock: text.includes(' /runbook-locks'),
            step,
            call: text,
            connection,
            isIntended:
              isUnrecorded || sent.filter((one) => one.id === id && !one.isUnrecorded).length < (intents.get(id) ?? 0),
            events: count,
            process,
            isUnrecorded,
            tookEffect,
          });
        }
        if (fault?.startsWith('hang')) await pass(call.timeout_ms);
        // Meanwhile the others go on, or the process dies.
        else if (scenario.isParallel) await pass(1 + ((begun * 53) % 19));
        if (isDead) return never();
        const given = answer ?? (outcome as { answer: SendResult }).answer;
        if (sabotage === 'no-read-back' && call.effect === 'write' && given.kind === 'no-response')
          return { ...given, sent: 'no' };
        return given;
      }, scenario.secrets),
      sleep: async (milliseconds) => {
        await pass(signals > 0 ? Math.min(milliseconds, 1_000) : milliseconds);
      },
      now,
      monotonic: now,
      every,
      // Of every other one the machine knows that it has died; the others may have been on another machine.
      stateOf: (name) => (Number(name.slice(1)) % 2 === 0 ? 'ended' : 'unknown'),
      random: random.next,
      // Now and then nobody is there: the run waits, and the next process asks again.
      confirm: async () => (random.below(6) === 0 ? 'later' : 'yes'),
      decide: async ({ step }) => (random.below(2) === 0 ? 'unknown' : truth.get(step) === true ? 'done' : 'not-done'),
      interruption: () => (signals === 0 ? 'none' : signals === 1 ? 'stop' : 'stop-without-rollback'),
      seal: async (step, name, value) => seal.seal(step, name, value),
      record: async (event) => {
        if (isDead) return never();
        const fault = faults.records.get(records.length);
        records.push(`${begun} calls, ${now()}, ${random.drawn()} random numbers`);
        if (fault) met++;
        switch (fault) {
          case 'die-before':
            die();
            return never();
          case 'torn': {
            const line = lineOf(event, last);
            lines += line.slice(0, 1 + random.below(line.length));
            die();
            return never();
          }
          case 'dead-disk':
            disk = 'dead';
            break;
          case 'signal':
            signals++;
            break;
          case 'two-signals':
            signals += 2;
            break;
          default:
        }
        if (disk === 'dead') {
          isUnrecorded = true;
          throw new Error('input/output error');
        }
        append(event);
        if (fault === 'full') throw Object.assign(new Error('no space left on device'), { isKept: true });
        if (fault === 'die-after') {
          die();
          return never();
        }
        if (fault === 'power-loss') {
          // What was not synced is on the disk up to some point.
          const kept = synced + random.below(lines.length - synced + 1);
          lines = lines.slice(0, kept);
          die();
          return never();
        }
      },
    };
    const redactor = createRedactor();
    for (const secret of scenario.secrets.values()) redactor.add(secret);
    for (const [, password] of Object.values(scenario.logins)) redactor.add(password);
    const shared = { id: 'run-1', planId: scenario.planId, mode, redactor } as const;
    const origin = { runbook: scenario.name, env: 'simulated.yaml', set: [], files: {}, confirm: [] };
    const unsealed = options.journal ? { unsealed: openedIn(options.journal, seal) } : {};
    for (const values of unsealed.unsealed?.values() ?? []) for (const value of values.values()) redactor.add(value);
    const rest = {
      clusterLock: true,
      operator: `p${process}@simulation`,
      owner: `p${process}@simulation`,
      process: `p${process}`,
      version: '0.1.0',
      origin,
    } as const;
    return Promise.race([run(plan, { ...shared, ...rest, ...unsealed, ...options }, ports), death]);
  }

  let whole: { readonly lines: string; readonly chain: ReturnType<typeof chainOf> } | undefined;
  const chain = () => {
    // What was read to its end and has not grown since is the same.
    if (whole?.lines === lines) return whole.chain;
    const read = chainOf(Buffer.from(lines), scenario.planText, 'journal', lineProblem);
    if (read.torn > 0) lines = Buffer.from(lines).toString('utf8', 0, read.length);
    synced = lines.length;
    if (read.events.length < count) cuts.push(read.events.length);
    count = read.events.length;
    whole = { lines, chain: read };
    return read;
  };
  let summary: RunSummary | undefined;
  /** Lets processes go on until the run is finished; without an event nothing was begun, and it is run again. */
  const finish = async () => {
    while (processes < mostProcesses) {
      const { events, head } = chain();
      if (events.at(-1)?.type === 'run-finished') return;
      const journal = events.length === 0 ? {} : { journal: events };
      const isUndone = undone === 'early' && processes === 1 && events.length > 0;
      summary = await live({ rollback: isUndone ? 'now' : 'on-failure', ...journal }, head);
    }
  };
  await finish();
  if (undone === 'afterwards' && processes < mostProcesses) {
    const { events, head } = chain();
    summary = await live({ rollback: 'now', journal: events }, head);
    await finish();
  }
  const { events } = chain();
  // The last end is the one that counts: a dead process has told nobody.
  const last = events.at(-1);
  return {
    scenario,
    faults,
    isUndone: undone !== 'never',
    world,
    journal: Buffer.from(lines),
    events,
    summary: last?.type === 'run-finished' ? last : summary,
    sent,
    sends,
    records,
    processes,
    met,
    cuts,
  };
}

function fateOf(fault: string | undefined, call: Call): { readonly arrives: boolean; readonly answer?: SendResult } {
  const lost = (reason: string, sent: 'no' | 'maybe' = 'maybe'): SendResult => ({
    kind: 'no-response',
    sent,
    cause: 'network',
    message: reason,
  });
  const status = (code: number, body: Response['body'] = null): SendResult => ({
    kind: 'response',
    status: code,
    body,
    warnings: [],
  });
  switch (fault) {
    case 'refused':
      return { arrives: false, answer: lost('connect ECONNREFUSED', 'no') };
    case 'reset-before':
      return { arrives: false, answer: lost('socket hang up') };
    case 'reset-after':
      return { arrives: true, answer: lost('socket hang up') };
    case 'hang-before':
      return { arrives: false, answer: lost(`no response within ${call.timeout_ms / 1_000} s`) };
    case 'hang-after':
      return { arrives: true, answer: lost(`no response within ${call.timeout_ms / 1_000} s`) };
    case '503-before':
      return { arrives: false, answer: status(503) };
    case '504-after':
      return { arrives: true, answer: status(504) };
    case '429':
      return { arrives: false, answer: { ...status(429), retry_after_ms: 7_000 } as SendResult };
    case '500':
      return {
        arrives: false,
        answer: status(500, { error: { type: 'repository_exception', reason: 'could not read' } }),
      };
    case '401':
      return { arrives: false, answer: status(401, { error: { type: 'security_exception', reason: 'unable' } }) };
    case 'garbage':
      return { arrives: true, answer: lost('the answer is not JSON') };
    default:
      return { arrives: true };
  }
}

function misfortuneOf(fault: string | undefined, { request }: Call): ClusterRequest['misfortune'] {
  if (request.type !== 'http') return undefined;
  const call = `${request.method} ${request.path}`;
  if (fault === 'partial' && /^PUT \/_snapshot\/[^/]+\/[^/]+$/.test(call)) return 'partial';
  if (fault === 'failed-shard' && call.endsWith('/_restore')) return 'failed-shard';
  return undefined;
}

function withoutAlways(plan: Plan): Plan {
  return JSON.parse(JSON.stringify(plan, (key, value) => (key === 'always' ? undefined : value))) as Plan;
}
