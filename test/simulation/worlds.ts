import type { World } from '../../src/sandbox/world/state.ts';
import {
  beforeAndAfter,
  type Faults,
  misfortunes,
  noFaults,
  printFaults,
  recordFaults,
  type SendFault,
  sendFaults,
} from './faults.ts';
import { violationsOf } from './invariants.ts';
import { randomFrom } from './random.ts';
import type { Scenario } from './scenarios.ts';
import { type Ending, type Sabotage, type SentCall, simulate, type Wishes } from './simulate.ts';

/** A scenario with what an undisturbed run of it does. */
export interface Baseline {
  readonly scenario: Scenario;
  readonly world: World;
  readonly sends: Ending['sends'];
  readonly records: Ending['records'];
}

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

export async function baselineOf(scenario: Scenario): Promise<Baseline> {
  const { world, sends, records, summary, events } = await simulate(scenario, noFaults, randomFrom(0));
  if (summary?.outcome !== 'done')
    throw new Error(
      `${scenario.name} ends ${summary?.outcome} in a world without faults: ${JSON.stringify(events.at(-1))}`,
    );
  return { scenario, world, sends, records };
}

async function verdictOf(
  { scenario, world }: Baseline,
  faults: Faults,
  seed: number,
  wishes: Wishes,
  name: string,
): Promise<Verdict> {
  const ending = await simulate(scenario, faults, randomFrom(seed), wishes);
  const { met, processes, summary } = ending;
  const sabotage = wishes.sabotage === undefined || wishes.sabotage === 'none' ? '' : ` --sabotage ${wishes.sabotage}`;
  return {
    name: name + sabotage,
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
export function* singleFaults({ sends, records }: Baseline): Generator<Faults> {
  for (const [at, call] of sends.entries())
    for (const fault of sendFaults)
      if (!isRepeated(fault, call)) yield { sends: new Map([[at, fault]]), records: new Map() };
  // Nothing has happened since the event before: a process that dies now has died after that one.
  for (const [at, before] of records.entries())
    for (const fault of recordFaults)
      if (fault !== 'die-before' || before !== records[at - 1])
        yield { sends: new Map(), records: new Map([[at, fault]]) };
}

function isRepeated(fault: SendFault, { changed, misfortunes: own }: SentCall): boolean {
  if (!changed && beforeAndAfter[fault] !== undefined) return true;
  return (misfortunes as readonly SendFault[]).includes(fault) && !own.includes(fault);
}

/** A world of the faults that are named. */
export function namedWorld(baseline: Baseline, faults: Faults, sabotage: Sabotage): Promise<Verdict> {
  const name = `--scenario '${baseline.scenario.name}' --faults ${printFaults(faults)}`;
  return verdictOf(baseline, faults, 1, { sabotage }, name);
}

/** A world of several faults that follow from its number alone: the scenario, the faults, chance. */
export function randomWorld(
  baselines: readonly Baseline[],
  number: number,
  sabotage: Sabotage,
  scenario: string | undefined,
): Promise<Verdict> {
  const random = randomFrom(number);
  const baseline = random.of(baselines);
  const sends = new Map<number, (typeof sendFaults)[number]>();
  const records = new Map<number, (typeof recordFaults)[number]>();
  // Beyond the end of an undisturbed run there are retries, rollbacks and resumed runs.
  for (let count = 1 + random.below(5); count > 0; count--) {
    if (random.below(2) === 0) sends.set(random.below(Math.ceil(baseline.sends.length * 1.5)), random.of(sendFaults));
    else records.set(random.below(Math.ceil(baseline.records.length * 1.5)), random.of(recordFaults));
  }
  const wishes: Wishes = { sabotage, undone: random.of(['never', 'never', 'afterwards', 'early']) };
  const name = `--world ${number}${scenario === undefined ? '' : ` --scenario '${scenario}'`}`;
  return verdictOf(baseline, { sends, records }, random.below(2 ** 31), wishes, name);
}
