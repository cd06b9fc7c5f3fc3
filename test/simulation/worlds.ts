import type { World } from '../../src/sandbox/world/state.ts';
import {
  beforeAndAfter,
  type Faults,
  misfortunes,
  printFaults,
  type RecordFault,
  recordFaults,
  type SendFault,
  sendFaults,
} from './faults.ts';
import { violationsOf } from './invariants.ts';
import { randomFrom } from './random.ts';
import type { Scenario } from './scenarios.ts';
import {
  type Ending,
  type Moment,
  type Recording,
  record,
  type Sabotage,
  type SentCall,
  simulate,
  type Wishes,
} from './simulate.ts';

/** A scenario with what an undisturbed run of it does. */
export interface Baseline {
  readonly scenario: Scenario;
  readonly world: World;
  /** With the sabotage that is wanted. */
  readonly recording: Recording;
}

/** The chance of every world of named faults. */
const seed = 1;

/** One world: how to make it again, and what was wrong in it. */
export interface Verdict {
  /** The arguments of `npm run simulate` that show it. */
  readonly name: string;
  readonly met: number;
  readonly processes: number;
  readonly outcome: string;
  readonly violations: readonly string[];
  readonly ending: Ending;
}

export async function baselineOf(scenario: Scenario, sabotage: Sabotage = 'none'): Promise<Baseline> {
  const recording = await record(scenario, randomFrom(seed));
  const { world, summary, events } = recording.ending;
  if (summary?.outcome !== 'done')
    throw new Error(
      `${scenario.name} ends ${summary?.outcome} in a world without faults: ${JSON.stringify(events.at(-1))}`,
    );
  const wanted = sabotage === 'none' ? recording : await record(scenario, randomFrom(seed), { sabotage });
  return { scenario, world, recording: wanted };
}

function verdictOf({ world }: Baseline, ending: Ending, { sabotage = 'none' }: Wishes, name: string): Verdict {
  const { scenario, faults, met, processes, summary } = ending;
  return {
    name: sabotage === 'none' ? name : `${name} --sabotage ${sabotage}`,
    met,
    processes,
    outcome: summary?.outcome ?? 'unfinished',
    violations: violationsOf(ending, world).map(
      (violation) => `${scenario.name}: ${violation} (after ${printFaults(faults)})`,
    ),
    ending,
  };
}

/**
 * Every single fault at every call and at every event of a scenario, one world each. Up to the fault a world is that of the
 * baseline; where what follows cannot differ from that of another fault, the world is run once.
 */
export function* singleFaults({ recording }: Baseline): Generator<Faults> {
  const { sends, records } = recording.ending;
  for (const [at, call] of sends.entries())
    for (const fault of sendFaults)
      if (!isRepeated(fault, call)) yield { sends: new Map([[at, fault]]), records: new Map() };
  for (const at of records.keys())
    for (const fault of recordFaults)
      if (!isUnnoticed(fault, at, records)) yield { sends: new Map(), records: new Map([[at, fault]]) };
}

function isRepeated(fault: SendFault, { changed, misfortunes: own }: SentCall): boolean {
  if (!changed && beforeAndAfter[fault] !== undefined) return true;
  return (misfortunes as readonly SendFault[]).includes(fault) && !own.includes(fault);
}

function isUnnoticed(fault: RecordFault, at: number, records: readonly Moment[]): boolean {
  // Nothing has happened since the event before: a process that dies now has died after that one.
  if (fault === 'die-before') return records[at]?.outside === records[at - 1]?.outside;
  // The run looks for it after the next event.
  if (fault === 'signal' || fault === 'two-signals') return records[at]?.asked === records[at + 1]?.asked;
  return false;
}

/** A world of the faults that are named. */
export async function namedWorld(baseline: Baseline, faults: Faults, sabotage: Sabotage): Promise<Verdict> {
  const { scenario, recording } = baseline;
  const wishes = { sabotage };
  const ending = await simulate(scenario, faults, randomFrom(seed), wishes, recording);
  return verdictOf(baseline, ending, wishes, `--scenario '${scenario.name}' --faults ${printFaults(faults)}`);
}

/** A world of several faults that follow from its number alone: the scenario, the faults, chance. */
export async function randomWorld(
  baselines: readonly Baseline[],
  number: number,
  sabotage: Sabotage,
  scenario: string | undefined,
): Promise<Verdict> {
  const random = randomFrom(number);
  const baseline = random.of(baselines);
  const { sends: calls, records: events } = baseline.recording.ending;
  const sends = new Map<number, (typeof sendFaults)[number]>();
  const records = new Map<number, (typeof recordFaults)[number]>();
  // Beyond the end of an undisturbed run there are retries, rollbacks and resumed runs.
  for (let count = 1 + random.below(5); count > 0; count--) {
    if (random.below(2) === 0) sends.set(random.below(Math.ceil(calls.length * 1.5)), random.of(sendFaults));
    else records.set(random.below(Math.ceil(events.length * 1.5)), random.of(recordFaults));
  }
  const wishes: Wishes = { sabotage, undone: random.of(['never', 'never', 'afterwards', 'early']) };
  const name = `--world ${number}${scenario === undefined ? '' : ` --scenario '${scenario}'`}`;
  const ending = await simulate(baseline.scenario, { sends, records }, randomFrom(random.below(2 ** 31)), wishes);
  return verdictOf(baseline, ending, wishes, name);
}
