import { createRedactor, type Event, run, withInputs } from '../../src/engine/index.ts';
import type { Plan, Request } from '../../src/plan/index.ts';
import type { Json } from '../../src/text/index.ts';

/**
 * Runs a plan in a world that needs nothing but the language: each response has the same body, that to a PUT is a 500, and
 * time passes only while the run sleeps.
 * @param text The plan as JSON: nothing but strings goes in and out of a realm.
 * @returns The events and the requests that were sent, as JSON.
 */
export async function runAsText(text: string, secret: string, body: string): Promise<string> {
  const plan: Plan = JSON.parse(text);
  const secrets = new Map<string, Json>([['key', secret]]);
  const redactor = createRedactor();
  redactor.add(secret);
  const events: Event[] = [];
  const sent: Request[] = [];
  let now = Date.UTC(2026, 0, 1);
  await run(
    plan,
    {
      ...{ id: 'run-1', planId: 'p', mode: 'real', redactor, rollback: 'on-failure', clusterLock: false },
      ...{ operator: 'somebody@here', owner: 'somebody@here', process: 'p1', version: '0.1.0' },
      origin: { runbook: 'test.yaml', env: 'env.yaml', set: [], files: {}, confirm: [] },
    },
    {
      send: async ({ request }) => {
        const isPut = request.type === 'http' && request.method === 'PUT';
        sent.push(withInputs(request, secrets));
        return { kind: 'response', status: isPut ? 500 : 200, body: JSON.parse(body), warnings: [] };
      },
      sleep: async (milliseconds) => {
        now += milliseconds;
      },
      now: () => now,
      monotonic: () => now,
      every: () => async () => undefined,
      stateOf: () => 'unknown',
      random: () => 0,
      confirm: async () => 'yes',
      decide: async () => 'unknown',
      record: async (event) => {
        events.push(event);
      },
      seal: async () => '',
      interruption: () => 'none',
    },
  );
  return JSON.stringify({ events, sent });
}
