import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRedactor, type Event, loadBundle, loadEnvironment, planId, run } from '../src/index.ts';
import { planFor } from '../src/planner/index.ts';
import { environmentText, head } from './support.ts';

describe('the library', () => {
  it('loads, plans and runs with ports of its caller', async () => {
    const { value: bundle } = loadBundle('x.yaml', `${head}  - { id: a, on: es, call: PUT /a }\n`, () => undefined);
    const { value: environment } = loadEnvironment('env.yaml', environmentText);
    if (!bundle || !environment) throw new Error('both are valid');
    const { value: plan } = planFor(bundle, environment, []);
    if (!plan) throw new Error('it can be planned');
    const events: Event[] = [];

    const summary = await run(
      plan,
      {
        id: 'r',
        planId: await planId(plan),
        mode: 'real',
        redactor: createRedactor(),
        rollback: 'on-failure',
        clusterLock: false,
        owner: 'somebody@here',
        version: '0.1.0',
        origin: { runbook: 'test.yaml', env: 'env.yaml', set: [], files: {}, confirm: [] },
      },
      {
        send: async () => ({ kind: 'response', status: 200, body: { version: { number: '7.10.2' } }, warnings: [] }),
        sleep: async () => undefined,
        now: () => 0,
        random: () => 0,
        decide: async () => 'unknown',
        seal: async () => '',
        confirm: async () => true,
        record: async (event) => void events.push(event),
        interruption: () => 'none',
      },
    );

    expect(summary).toMatchObject({ outcome: 'done', writes: 1 });
    expect(events.map(({ type }) => type)).toContain('write-intended');
  });

  it('is what the package exports, without a client loaded', async () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
    const built = await import(/* @vite-ignore */ new URL(`../${exports['.'].default}`, import.meta.url).href);
    expect(Object.keys(built)).toEqual(expect.arrayContaining(['check', 'loadBundle', 'planFor', 'planId', 'run']));
  });
});
