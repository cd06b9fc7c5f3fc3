import { withSecrets } from '../../src/connections/index.ts';
import {
  type Call,
  createRedactor,
  type Event,
  type Ports,
  type Redactor,
  type Response,
  type RunOptions,
  type RunSummary,
  run,
  type SendResult,
} from '../../src/engine/index.ts';
import type { Plan } from '../../src/plan/index.ts';
import { hashOf, lineOf, openedIn, sealFor } from '../../src/runs/index.ts';
import type { ClusterRequest, World } from '../../src/sandbox/world/state.ts';
import { createClock, inTurn } from '../clock.ts';
import { answerTo } from './connection.ts';
import { type Death, type Faults, isDeath, misfortunes, noFaults, type SendFault } from './faults.ts';
import { type Line, type Read, readOn, readWhole } from './journal.ts';
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
  readonly changed: boolean;
  /** What can befall it but a fault on the way. */
  readonly misfortunes: readonly SendFault[];
}

/** What had happened before an event. Where it is the same for two events, nothing was between them. */
export interface Moment {
  /** All that had happened outside the process. */
  readonly outside: string;
  /** How often it has mattered whether somebody had interrupted the run. */
  readonly asked: number;
}

/** A world after everything has happened in it. */
export interface Ending {
  readonly scenario: Scenario;
  readonly faults: Faults;
  readonly isUndone: boolean;
  readonly world: World;
  readonly journal: string;
  readonly events: readonly Event[];
  readonly summary: RunSummary | undefined;
  readonly sent: readonly Sent[];
  readonly sends: readonly SentCall[];
  /** Of each event. */
  readonly records: readonly Moment[];
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

/** All that outlives a process: the clusters, the journal, and what the simulation knows of both. */
interface Situation {
  world: World;
  time: number;
  random: Random;
  /** How many have been started. */
  processes: number;
  /** The journal as it is in the cache of the machine, the hash of its last line, and how much of it is on the disk. */
  lines: string;
  head: string;
  synced: number;
  count: number;
  intents: Map<string, number>;
  cuts: number[];
  truth: Map<string, boolean>;
  outages: Map<string, number>;
  /** How many calls have begun; those that have left are in `sends`, the writes among them in `sent`. */
  begun: number;
  sends: SentCall[];
  sent: Sent[];
  records: Moment[];
  asked: number;
  /** How many faults have come to pass. */
  met: number;
}

function beginningOf({ world, planId }: Scenario, random: Random): Situation {
  const journal = { lines: '', head: planId, synced: 0, count: 0, intents: new Map(), cuts: [] };
  const calls = { begun: 0, sends: [], sent: [], truth: new Map(), outages: new Map() };
  return { world, time: beginning, random, processes: 0, ...journal, ...calls, records: [], asked: 0, met: 0 };
}

function copyOf(situation: Situation): Situation {
  const { random, intents, cuts, truth, outages, sends, sent, records } = situation;
  const maps = { intents: new Map(intents), truth: new Map(truth), outages: new Map(outages) };
  const lists = { cuts: [...cuts], sends: [...sends], sent: [...sent], records: [...records] };
  return { ...situation, ...maps, ...lists, random: random.copy() };
}

/** What a run does in which nothing goes wrong: others are the same up to their fault, and need not do it again. */
export interface Recording {
  readonly ending: Ending;
  /** What came of each call. */
  readonly calls: readonly Came[];
  /** How everything was before each event. */
  readonly befores: readonly Situation[];
  readonly lines: readonly Line[];
  /** How the runs ended whose process died, by all that they can depend on. */
  readonly afterDeath: Map<string, Ending>;
}

interface Came {
  readonly answer: SendResult;
  readonly after: World;
  readonly sending: SentCall;
  /** Where it was a write. */
  readonly sent: Sent | undefined;
}

const mostProcesses = 25;
const seal = sealFor('run-1', 'a key of the simulation, long enough');

/**
 * Runs a scenario in a world of its own, with faults. A process that dies is followed by one that resumes, until the run
 * is finished; a person who is asked knows what the world knows.
 * @param recording Of a run with the same wishes and random numbers. What is the same in this one is taken from there.
 */
export async function simulate(
  scenario: Scenario,
  faults: Faults,
  random: Random,
  wishes: Wishes = {},
  recording?: Recording,
): Promise<Ending> {
  const dead = recording && afterDeathOf(recording, scenario, faults, wishes);
  if (!dead) return play(scenario, faults, beginningOf(scenario, random), wishes, recording);
  const known = recording.afterDeath.get(dead.key);
  if (known) return { ...known, faults };
  const ending = await play(scenario, faults, dead.situation, wishes, recording);
  recording.afterDeath.set(dead.key, ending);
  return ending;
}

/** Runs a scenario without faults, and keeps what others have in common with it. */
export async function record(scenario: Scenario, random: Random, wishes: Wishes = {}): Promise<Recording> {
  const calls: Came[] = [];
  const befores: Situation[] = [];
  const situation = beginningOf(scenario, random);
  const ending = await play(scenario, noFaults, situation, wishes, undefined, { calls, befores });
  const { lines } = readOn(ending.journal, scenario.planId, []);
  return { ending, calls, befores, lines, afterDeath: new Map() };
}

/** Where all that happens is a death: how everything is after it, and all of that on which it depends how the run ends. */
function afterDeathOf(
  { befores, lines }: Recording,
  { planId }: Scenario,
  { sends, records }: Faults,
  { sabotage = 'none' }: Wishes,
): { readonly situation: Situation; readonly key: string } | undefined {
  const [[at, fault] = [-1, 'signal'] as const] = records;
  const [before, line] = [befores[at], lines[at]];
  if (sends.size > 0 || records.size !== 1 || !isDeath(fault) || !before || !line) return undefined;
  const situation = copyOf(before);
  situation.met++;
  leaveBehind(situation, fault, line.event, sabotage);
  const { events } = readOn(situation.lines, planId, lines);
  const isCut = events.length < situation.count;
  return { situation, key: `${events.length}${isCut ? ' of more' : ''} events: ${before.records.at(-1)?.outside}` };
}

/** Adds an event to the journal. Where its line is known, so is its hash. */
function append(situation: Situation, event: Event, sabotage: Sabotage, known?: Pick<Line, 'text' | 'hash'>): void {
  const text = known?.text ?? lineOf(event, situation.head);
  situation.head = known?.hash ?? hashOf(text);
  situation.lines += `${text}\n`;
  situation.count++;
  const isSynced =
    event.type === 'run-started' ||
    event.type === 'run-resumed' ||
    event.type === 'run-finished' ||
    (event.type === 'write-intended' && sabotage !== 'no-write-ahead');
  if (!isSynced) return;
  situation.synced = situation.lines.length;
  if (event.type !== 'write-intended') return;
  const { opaque_id } = event.call;
  situation.intents.set(opaque_id, (situation.intents.get(opaque_id) ?? 0) + 1);
}

/** What is in the journal of a process that dies at an event. */
function leaveBehind(situation: Situation, fault: Death, event: Event, sabotage: Sabotage): void {
  // Chance goes on as if nothing had been drawn for this: then it makes no difference how much of a line is left.
  const random = situation.random.copy();
  if (fault === 'torn') {
    const line = lineOf(event, situation.head);
    situation.lines += line.slice(0, 1 + random.below(line.length));
  }
  if (fault === 'die-after' || fault === 'power-loss') append(situation, event, sabotage);
  if (fault === 'power-loss') {
    // What was not synced is on the disk up to some point.
    const { lines, synced } = situation;
    situation.lines = lines.slice(0, synced + random.below(lines.length - synced + 1));
  }
}

/** Lets processes go on from a situation until the run is finished. */
async function play(
  scenario: Scenario,
  faults: Faults,
  situation: Situation,
  { sabotage = 'none', undone = 'never', mode = 'real' }: Wishes,
  recording?: Recording,
  keep?: { readonly calls: Came[]; readonly befores: Situation[] },
): Promise<Ending> {
  const plan = sabotage === 'no-always' ? withoutAlways(scenario.plan) : scenario.plan;
  const { random, intents, cuts, truth, outages, sends, sent, records } = situation;

  async function live(options: Pick<RunOptions, 'rollback' | 'journal'>): Promise<RunSummary | undefined> {
    const process = ++situation.processes;
    // Somebody has to notice that a process has ended, and comes back later.
    const clock = createClock(situation.time + (process > 1 ? 300_000 : 0));
    const { now, every } = clock;
    const pass = scenario.isParallel ? inTurn(clock) : clock.pass;
    let signals = 0;
    let isDead = false;
    let disk: 'good' | 'dead' = 'good';
    let isUnrecorded = false;
    let die: () => void = () => undefined;
    const death = new Promise<undefined>((resolve) => {
      die = () => {
        isDead = true;
        resolve(undefined);
      };
    });
    const never = () => new Promise<never>(() => undefined);
    /** The line of the next event, where it is that of the recording. */
    const knownLine = () =>
      situation.met === 0 && !faults.records.has(records.length) ? recording?.lines[records.length] : undefined;
    const ports: Ports = {
      send: withSecrets(async (call) => {
        if (isDead) return never();
        const count = ++situation.begun;
        // Side by side, calls do not arrive in the order in which they were sent.
        await pass(scenario.isParallel ? 1 + ((count * 37) % 23) : 5);
        if (isDead) return never();
        const fault = faults.sends.get(sends.length);
        if (fault) situation.met++;
        const known = situation.met === 0 ? recording?.calls[sends.length] : undefined;
        const came = known ?? (await arrive(call, fault));
        keep?.calls.push(came);
        situation.world = came.after;
        sends.push(came.sending);
        if (came.sent) {
          sent.push(came.sent);
          truth.set(came.sent.step, came.sent.tookEffect);
        }
        if (fault?.startsWith('hang')) await pass(call.timeout_ms);
        // Meanwhile the others go on, or the process dies.
        else if (scenario.isParallel) await pass(1 + ((count * 53) % 19));
        if (isDead) return never();
        return came.answer;
      }, scenario.secrets),
      sleep: async (milliseconds) => {
        situation.asked++;
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
      interruption: () => {
        situation.asked++;
        return signals === 0 ? 'none' : signals === 1 ? 'stop' : 'stop-without-rollback';
      },
      seal: async (step, name, value) => seal.seal(step, name, value),
      record: async (event) => {
        if (isDead) return never();
        const known = knownLine();
        const fault = faults.records.get(records.length);
        const outside = `${situation.begun} calls, ${sends.length} arrived, ${now()}, ${random.drawn()} random numbers`;
        records.push({ outside, asked: situation.asked });
        keep?.befores.push({ ...copyOf(situation), time: now() });
        if (known) return append(situation, known.event, sabotage, known);
        if (fault) situation.met++;
        if (fault && isDeath(fault)) {
          if (disk === 'good') leaveBehind(situation, fault, event, sabotage);
          die();
          return never();
        }
        if (fault === 'signal') signals++;
        if (fault === 'two-signals') signals += 2;
        if (fault === 'dead-disk') disk = 'dead';
        if (disk === 'dead') {
          isUnrecorded = true;
          throw new Error('input/output error');
        }
        append(situation, event, sabotage);
        if (fault === 'full') throw Object.assign(new Error('no space left on device'), { isKept: true });
      },
    };
    const arrive = async (call: Call, fault: SendFault | undefined): Promise<Came> => {
      const before = situation.world;
      const { connection } = call.request;
      const sending = {
        changed: false,
        misfortunes: misfortunes.filter((one) => misfortuneOf(one, call) !== undefined),
      };
      if (fault === 'outage') outages.set(connection, now() + 5_000 + random.below(20_000));
      if (fault === 'long-outage') outages.set(connection, now() + 900_000);
      if ((outages.get(connection) ?? 0) > now()) {
        const answer = { kind: 'no-response', sent: 'no', cause: 'network', message: 'connect ECONNREFUSED' } as const;
        return { answer, after: before, sending, sent: undefined };
      }
      const { arrives, answer } = fateOf(fault, call);
      const misfortune = misfortuneOf(fault, call);
      const outcome = arrives ? await answerTo(call, scenario, before, now(), misfortune) : undefined;
      const after = outcome?.world ?? before;
      const changed = after !== before;
      const isWrite = call.effect === 'write' && fault !== 'refused';
      const given = answer ?? (outcome as { answer: SendResult }).answer;
      const isLost = call.effect === 'write' && given.kind === 'no-response';
      return {
        answer: isLost && sabotage === 'no-read-back' ? { ...given, sent: 'no' } : given,
        after,
        sending: { ...sending, changed },
        sent: isWrite ? sentBy(call, outcome?.answer, changed) : undefined,
      };
    };
    const sentBy = ({ opaque_id: id, request }: Call, answer: SendResult | undefined, changed: boolean): Sent => {
      const text = request.type === 'http' ? `${request.method} ${request.path}` : '';
      const status = answer?.kind === 'response' ? answer.status : 0;
      const recorded = sent.filter((one) => one.id === id && !one.isUnrecorded);
      return {
        id,
        isLock: text.includes(' /runbook-locks'),
        step: id.split('/').slice(2).join('/'),
        call: text,
        connection: request.connection,
        isIntended: isUnrecorded || recorded.length < (intents.get(id) ?? 0),
        events: situation.count,
        process,
        isUnrecorded,
        tookEffect: changed && status >= 200 && status < 300,
      };
    };
    const redactor = redactorOf(scenario, () => knownLine() !== undefined);
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
    const summary = await Promise.race([run(plan, { ...shared, ...rest, ...unsealed, ...options }, ports), death]);
    situation.time = now();
    return summary;
  }

  let read: { readonly journal: string; readonly contents: Read } | undefined;
  let lines = recording?.lines;
  const chain = (): Read => {
    // What was read to its end and has not grown since is the same.
    if (read?.journal === situation.lines) return read.contents;
    let contents: Read;
    if (lines) {
      const further = readOn(situation.lines, scenario.planId, lines);
      lines = further.lines;
      contents = further;
    } else contents = readWhole(situation.lines, scenario.planText);
    const { events, head, length } = contents;
    situation.lines = situation.lines.slice(0, length);
    situation.head = head;
    situation.synced = length;
    if (events.length < situation.count) cuts.push(events.length);
    situation.count = events.length;
    read = { journal: situation.lines, contents };
    return contents;
  };
  let summary: RunSummary | undefined;
  /** Lets processes go on until the run is finished; without an event nothing was begun, and it is run again. */
  const finish = async () => {
    while (situation.processes < mostProcesses) {
      const { events } = chain();
      if (events.at(-1)?.type === 'run-finished') return;
      const journal = events.length === 0 ? {} : { journal: events };
      const isUndone = undone === 'early' && situation.processes === 1 && events.length > 0;
      summary = await live({ rollback: isUndone ? 'now' : 'on-failure', ...journal });
    }
  };
  await finish();
  if (undone === 'afterwards' && situation.processes < mostProcesses) {
    summary = await live({ rollback: 'now', journal: chain().events });
    await finish();
  }
  const { events } = chain();
  // The last end is the one that counts: a dead process has told nobody.
  const last = events.at(-1);
  return {
    scenario,
    faults,
    isUndone: undone !== 'never',
    world: situation.world,
    journal: situation.lines,
    events,
    summary: last?.type === 'run-finished' ? last : summary,
    sent,
    sends,
    records,
    processes: situation.processes,
    met: situation.met,
    cuts,
  };
}

/** Knows every secret of a scenario. Of an event that is known nothing need be looked at: what stands of it in the journal is. */
function redactorOf(scenario: Scenario, isNextKnown: () => boolean): Redactor {
  const redactor = createRedactor();
  for (const secret of scenario.secrets.values()) redactor.add(secret);
  for (const [, password] of Object.values(scenario.logins)) redactor.add(password);
  const isEvent = (value: unknown) => typeof value === 'object' && value !== null && 'at' in value;
  return { ...redactor, record: (value) => (isEvent(value) && isNextKnown() ? value : redactor.record(value)) };
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
