import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { check } from '../src/check/index.ts';
import { createRedactor, type Event, type Ports, type RunOptions, run } from '../src/engine/index.ts';
import { loadBundle, loadEnvironment } from '../src/language/index.ts';
import { canonicalJson, type Plan } from '../src/plan/index.ts';
import { planFor } from '../src/planner/index.ts';
import { createJournal, hashOf, reopenJournal } from '../src/runs/index.ts';
import { parseJson } from '../src/text/index.ts';
import type { Figure, Group } from './figures.ts';

declare const gc: () => void;

const folder = mkdtempSync(join(tmpdir(), 'runbook-bench-'));

function planOf(steps: string): Plan {
  const text = `apiVersion: runbook/v1\nname: bench\nelasticsearch: 7.10.x\ntitle: Bench\nconnections: { es: { kind: elasticsearch } }\nsteps:\n${steps}`;
  const environment = `apiVersion: runbook/v1\nenvironment: bench\nconnections: { es: { url: 'http://es:9200' } }\n`;
  const { value: bundle } = loadBundle('bench.yaml', text, () => undefined);
  const { value: loaded } = loadEnvironment('env.yaml', environment);
  if (!bundle || !loaded || check(bundle).some(({ severity }) => severity === 'error')) throw new Error('not valid');
  const { value: plan } = planFor(bundle, loaded, []);
  if (!plan) throw new Error('no plan');
  return plan;
}

function optionsFor(plan: Plan, journal?: readonly Event[]): RunOptions {
  return {
    id: 'r',
    planId: hashOf(canonicalJson(plan)),
    mode: 'real',
    redactor: createRedactor(),
    rollback: 'on-failure',
    clusterLock: false,
    operator: 'bench',
    owner: 'bench',
    process: 'bench',
    version: '0.1.0',
    origin: { runbook: 'bench.yaml', env: 'env.yaml', set: [], files: {}, confirm: [] },
    ...(journal ? { journal } : {}),
  };
}

function portsWith(record: Ports['record'], body: (count: number) => object = () => ({})): Ports {
  let now = 0;
  let count = 0;
  return {
    send: async () => ({
      kind: 'response',
      status: 200,
      body: { version: { number: '7.10.2' }, ...body(++count) },
      warnings: [],
    }),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    now: () => now,
    monotonic: () => now,
    every: () => async () => undefined,
    stateOf: () => 'ended',
    random: () => 0,
    confirm: async () => 'yes',
    decide: async () => 'unknown',
    seal: async () => '',
    record,
    interruption: () => 'none',
  };
}

async function millisecondsEach(times: number, does: (index: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < times; index++) await does(index);
  return (performance.now() - started) / times;
}

async function* journalCost(): AsyncGenerator<Figure> {
  const journal = await createJournal(folder, 'cost', '{}');
  const call = {
    connection: 'es',
    effect: 'read',
    request: 'GET /_cluster/health',
    opaque_id: 'runbook/r/look',
  } as const;
  const read: Event = {
    at: new Date(0).toISOString(),
    type: 'response',
    step: 'look',
    purpose: 'step',
    call,
    status: 200,
    duration_ms: 3,
    warnings: [],
  };
  const write: Event = {
    at: read.at,
    type: 'write-intended',
    purpose: 'step',
    step: 'w',
    attempt: 1,
    call: { ...call, effect: 'write' },
  };
  const bare = await open(join(folder, 'bare'), 'a');
  const line = Buffer.from(`${JSON.stringify(read)}\n`);
  const reads = 5_000;
  const writes = 200;
  for (let warm = 0; warm < reads; warm++) await bare.write(line);
  const readBare = await millisecondsEach(reads, () => bare.write(line));
  const readCost = await millisecondsEach(reads, () => journal.record(read));
  const writeBare = await millisecondsEach(writes, async () => {
    await bare.write(line);
    await bare.sync();
  });
  const writeCost = await millisecondsEach(writes, () => journal.record(write));
  await journal.close();
  await bare.close();
  const micro = (cost: number) => `${(cost * 1_000).toFixed(0)} µs`;
  yield {
    name: 'a read, beside a bare write of the line',
    value: readCost / readBare,
    unit: '×',
    note: micro(readCost),
  };
  yield {
    name: 'a write, beside a bare write with fsync',
    value: writeCost / writeBare,
    unit: '×',
    note: micro(writeCost),
  };
}

async function* resumeCost(): AsyncGenerator<Figure> {
  // Four events per step.
  const steps = 25_000;
  const plan = planOf(
    `  - { id: look, for_each: [${Array.from({ length: steps }, (_, index) => index)}], on: es, call: 'GET /{{item}}' }\n`,
  );
  const journal = await createJournal(folder, 'long', canonicalJson(plan));
  let count = 0;
  const killed = new Promise<void>((resolve) => {
    const ports = portsWith(async (event) => {
      if (event.type === 'run-finished' || ('step' in event && event.step === `look#${steps}`)) {
        resolve();
        await new Promise(() => undefined);
      }
      count++;
      await journal.record(event);
    });
    void run(plan, optionsFor(plan), ports);
  });
  const started = performance.now();
  await killed;
  await journal.close();
  const took = performance.now() - started;
  const again = performance.now();
  const { journal: reopened, contents } = await reopenJournal(journal.folder);
  const summary = await run(plan, optionsFor(plan, contents.events), portsWith(reopened.record));
  const resumed = performance.now() - again;
  await reopened.close();
  if (summary.outcome !== 'done') throw new Error(`it ends ${summary.outcome}`);
  yield { name: `after ${count} events`, value: resumed / 1_000, unit: 's', goal: 2 };
  yield { name: 'beside the run itself, against a server that takes no time', value: resumed / took, unit: '×' };
}

async function* pollMemory(): AsyncGenerator<Figure> {
  const plan = planOf(`  - { id: wait, on: es, call: GET /, until: { ready: true }, every: 1s, timeout: 400h }\n`);
  const used = async (polls: number) => {
    const ports = portsWith(
      async () => undefined,
      (count) => ({ ready: count > polls }),
    );
    await run(plan, optionsFor(plan), ports);
    gc();
    return process.memoryUsage().heapUsed;
  };
  const few = await used(1_000);
  const many = await used(100_000);
  yield { name: 'memory after 100,000 polls, beside that after 1,000', value: many / few, unit: '×' };
}

/** What a run keeps of iterations that are over; the list is a value of the run. */
async function* iterationMemory(): AsyncGenerator<Figure> {
  yield { name: 'what each of 100,000 keeps', value: await keptBytes(''), unit: 'bytes', goal: 16 };
  yield { name: 'with an output', value: await keptBytes(', save: { ready: ready }'), unit: 'bytes' };
}

async function keptBytes(save: string): Promise<number> {
  const plan = planOf(
    `  - { id: list, on: es, call: GET /list, save: { items: items } }\n  - { id: look, for_each: '{{steps.list.items}}', on: es, call: 'GET /{{item}}', expect: { status: 200 }${save} }\n`,
  );
  const used = async (iterations: number) => {
    const items = Array.from({ length: iterations }, (_, index) => index);
    const ports = portsWith(
      async () => undefined,
      (count) => (count === 2 ? { items } : { ready: true }),
    );
    let most = 0;
    const send = ports.send;
    const before = process.memoryUsage().heapUsed;
    const measured: Ports = {
      ...ports,
      send: async (call) => {
        if (call.request.type === 'http' && call.request.path === `/${iterations - 1}`) {
          gc();
          most = process.memoryUsage().heapUsed - before;
        }
        return send(call);
      },
    };
    const { outcome } = await run(plan, optionsFor(plan), measured);
    if (outcome !== 'done') throw new Error(`it ends ${outcome}`);
    return most;
  };
  await used(1_000);
  gc();
  const few = await used(10_000);
  gc();
  const many = await used(100_000);
  return (many - few) / 90_000;
}

/** Reading a response of 2 MB: beside the parser of the engine, which rounds. */
async function* parseCost(): AsyncGenerator<Figure> {
  const hit = (index: number) => ({
    _index: 'logs',
    _id: `id-${index}`,
    _source: { at: 1_700_000_000_000 + index, text: 'some "quoted" words', ratio: 0.25 },
  });
  const text = JSON.stringify({ hits: Array.from({ length: 17_000 }, (_, index) => hit(index)) });
  const exact = text.replaceAll('0.25', '0.250');
  const took = (action: () => unknown) => {
    const times = Array.from({ length: 15 }, () => {
      const started = performance.now();
      action();
      return performance.now() - started;
    });
    return times.sort((left, right) => left - right)[7] ?? 0;
  };
  const [native = 0, plain = 0, kept = 0] = [() => JSON.parse(text), () => parseJson(text), () => parseJson(exact)].map(
    took,
  );
  const size = `${(text.length / 1e6).toFixed(1)} MB, ${native.toFixed(0)} ms`;
  yield { name: 'a response, beside JSON.parse', value: plain / native, unit: '×', note: size };
  yield { name: 'with a number in each hit that a double does not hold', value: kept / native, unit: '×' };
}

/** What the secrets of a run cost its events: as many in one as in the other, and a long text that holds them all. */
async function* redactionCost(): AsyncGenerator<Figure> {
  const body = {
    hits: Array.from({ length: 20 }, (_, index) => ({ _id: `id-${index}`, title: 'Some words / of "a" %' })),
  };
  const event = { type: 'response', call: { request: 'GET /_search', body }, status: 200, warnings: [] };
  const events = 200;
  const few = createRedactor();
  few.add(randomBytes(15).toString('base64'));
  const cost = async (redactor: ReturnType<typeof createRedactor>) => {
    const record = async () => redactor.record(event);
    await millisecondsEach(10 * events, record);
    return millisecondsEach(events, record);
  };
  const base = await cost(few);
  const long = randomBytes(150_000).toString('base64');
  const prefix = 'a-prefix-that-all-of-them-have-'.repeat(4);
  const many = Array.from({ length: 1_000 }, () => prefix + randomBytes(15).toString('base64'));
  for (const [what, secrets, text] of [
    ['a secret of 200 kB', [long], `x ${long} y`],
    ['1000 secrets, one prefix', many, many.join(' ')],
  ] as const) {
    const redactor = createRedactor();
    for (const secret of secrets) redactor.add(secret);
    const each = await cost(redactor);
    const whole = await millisecondsEach(5, async () => redactor.text(text));
    yield {
      name: `${what}, beside one short secret`,
      value: each / base,
      unit: '×',
      note: `${each.toFixed(2)} ms per event; ${whole.toFixed(0)} ms in a text of ${Math.round(text.length / 1_000)} kB that holds them`,
    };
  }
}

export const parsing: Group = { title: 'Reading a response', figures: parseCost };
export const journal: Group = { title: 'Journal', figures: journalCost };
export const resuming: Group = { title: 'Resume', figures: resumeCost };
export const iterating: Group = { title: 'Iterations', figures: iterationMemory };
export const polling: Group = { title: 'Polls', figures: pollMemory };
export const redacting: Group = { title: 'Redaction, per event', figures: redactionCost };
