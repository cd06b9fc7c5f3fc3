import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { linesOf } from '../../src/report/index.ts';
import { parseFaults } from './faults.ts';
import { scenarioNames, scenarios } from './scenarios.ts';
import type { Sabotage } from './simulate.ts';
import { baselineOf, namedWorld, randomWorld, singleFaults, type Verdict } from './worlds.ts';

/** The work of one process: every `workers`th world, beginning with its own. */
interface Work {
  readonly scenario?: string;
  readonly sabotage: Sabotage;
  readonly isExhaustive: boolean;
  readonly first: number;
  readonly runs: number;
  readonly worker: number;
  readonly workers: number;
}

/** What has been seen; sums only, so that a million worlds need no more memory than one. */
interface Tally {
  worlds: number;
  /** How long the processor has worked for them, in seconds. */
  cpu: number;
  faults: number;
  survived: number;
  processes: number;
  outcomes: Record<string, number>;
  violations: number;
  examples: { readonly name: string; readonly violation: string }[];
}

const mostExamples = 10;

const usage = `npm run simulate -- [--runs N] [--seed S]    N random worlds from number S on
                    [--exhaustive]           one world for each single fault at each call and each event
                    [--scenario NAME]        only these
                    [--workers N]            as many processes
                    [--sabotage no-write-ahead | no-always | no-read-back]   switches off what the invariants are about
One world again, with its journal:
npm run simulate -- --world NUMBER
npm run simulate -- --scenario NAME --faults FAULTS
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      exhaustive: { type: 'boolean', default: false },
      scenario: { type: 'string' },
      workers: { type: 'string', default: String(availableParallelism()) },
      sabotage: { type: 'string', default: 'none' },
      world: { type: 'string' },
      faults: { type: 'string' },
      help: { type: 'boolean', default: false },
      work: { type: 'string' },
    },
  });
  if (values.work !== undefined) {
    const done = await tallyOf(JSON.parse(values.work));
    process.send?.(done);
    return 0;
  }
  const sabotage = values.sabotage as Sabotage;
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.world !== undefined || values.faults !== undefined)
    return showWorld({ ...values, sabotage, faults: values.faults ?? '' });
  const workers = Number(values.workers);
  const shared = { sabotage, isExhaustive: values.exhaustive, first: Number(values.seed), runs: Number(values.runs) };
  const only = values.scenario === undefined ? {} : { scenario: values.scenario };
  const started = performance.now();
  const tallies = await Promise.all(
    Array.from({ length: workers }, (_, worker) => tallyOfWorker({ ...shared, ...only, worker, workers })),
  );
  return report(tallies, (performance.now() - started) / 1_000, workers);
}

/** Gives the work to a process of its own. */
function tallyOfWorker(work: Work): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = fork(fileURLToPath(import.meta.url), ['--work', JSON.stringify(work)]);
    worker.once('message', (tally) => resolve(tally as Tally));
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

async function tallyOf({ scenario, sabotage, isExhaustive, first, runs, worker, workers }: Work): Promise<Tally> {
  const baselines = await baselinesOf(scenario, sabotage);
  const before = process.cpuUsage();
  const tally: Tally = {
    worlds: 0,
    cpu: 0,
    faults: 0,
    survived: 0,
    processes: 0,
    outcomes: {},
    violations: 0,
    examples: [],
  };
  if (isExhaustive) {
    let number = 0;
    for (const baseline of baselines)
      for (const faults of singleFaults(baseline))
        if (number++ % workers === worker) count(tally, await namedWorld(baseline, faults, sabotage));
  } else {
    for (let number = first + worker; number < first + runs; number += workers)
      count(tally, await randomWorld(baselines, number, sabotage, scenario));
  }
  const { user, system } = process.cpuUsage(before);
  tally.cpu = (user + system) / 1e6;
  return tally;
}

function baselinesOf(scenario: string | undefined, sabotage: Sabotage) {
  return Promise.all(chosen(scenario).map((one) => baselineOf(one, sabotage)));
}

function chosen(name: string | undefined) {
  if (name !== undefined && !scenarioNames.includes(name))
    throw new Error(`there is no scenario "${name}"; known: ${scenarioNames.join(', ')}`);
  return scenarios(name);
}

function count(tally: Tally, { name, met, processes, outcome, violations }: Verdict): void {
  tally.worlds++;
  tally.faults += met;
  tally.processes += processes;
  if (violations.length === 0) tally.survived += met;
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
  tally.violations += violations.length;
  for (const violation of violations)
    if (tally.examples.length < mostExamples) tally.examples.push({ name, violation });
}

function report(tallies: readonly Tally[], seconds: number, workers: number): number {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const outcomes: Record<string, number> = {};
  for (const tally of tallies)
    for (const [outcome, times] of Object.entries(tally.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + times;
  const worlds = sum((tally) => tally.worlds);
  const violations = sum((tally) => tally.violations);
  const examples = tallies.flatMap((tally) => tally.examples).slice(0, mostExamples);
  process.stdout.write(
    `${[
      `worlds       ${worlds} in ${seconds.toFixed(1)} s, ${Math.round(worlds / sum(({ cpu }) => cpu))} worlds per second and core (${workers} workers), ${sum((tally) => tally.processes)} processes`,
      `faults       ${sum((tally) => tally.faults)} came to pass, ${sum((tally) => tally.survived)} survived`,
      `runs ended   ${Object.entries(outcomes)
        .map(([outcome, times]) => `${outcome} ${times}`)
        .join(', ')}`,
      `violations   ${violations}`,
      ...examples.flatMap(({ name, violation }) => [`  ${violation}`, `    again: npm run simulate -- ${name}`]),
    ].join('\n')}\n`,
  );
  return violations === 0 ? 0 : 1;
}

async function showWorld(wanted: {
  readonly world?: string | undefined;
  readonly scenario?: string | undefined;
  readonly faults: string;
  readonly sabotage: Sabotage;
}): Promise<number> {
  const baselines = await baselinesOf(wanted.scenario, wanted.sabotage);
  const [baseline] = baselines;
  if (!baseline) throw new Error('there is no scenario');
  const { ending, violations, outcome } =
    wanted.world === undefined
      ? await namedWorld(baseline, parseFaults(wanted.faults), wanted.sabotage)
      : await randomWorld(baselines, Number(wanted.world), wanted.sabotage, wanted.scenario);
  for (const event of ending.events) for (const line of linesOf(event, true)) process.stdout.write(`${line}\n`);
  process.stdout.write(`\nended: ${outcome}\nviolations   ${violations.length}\n`);
  for (const violation of violations) process.stdout.write(`  ${violation}\n`);
  return violations.length === 0 ? 0 : 1;
}

process.exitCode = await main();
