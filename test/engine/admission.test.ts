import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { runIn } from './world.ts';

const write = (id: string, more = '') =>
  `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }]${more} }\n`;

describe('a disruptive step', () => {
  const environment = (window: string) => `
apiVersion: runbook/v1
environment: test
connections: { es: { url: 'http://127.0.0.1:9200' } }
inputs: { key: { env: KEY } }
maintenance_windows: [${window}]
`;
  const run = async (window: string, time: string) => {
    const plan = planOf(`${write('a')}  - { id: b, on: es, disruptive: true, call: PUT /b }\n`, {
      environment: environment(window),
    });
    return runIn(plan, { now: Date.parse(time) });
  };

  // 2026-11-24 is a Tuesday.
  it.each([
    ["{ from: '01:00', to: '05:00' }", '2026-11-24T03:00:00Z', 'done'],
    ["{ from: '01:00', to: '05:00' }", '2026-11-24T05:00:00Z', 'refused'],
    ["{ from: '22:00', to: '02:00', days: [mon] }", '2026-11-24T01:00:00Z', 'done'],
    ["{ from: '22:00', to: '02:00', days: [tue] }", '2026-11-24T01:00:00Z', 'refused'],
    ["{ from: '01:00', to: '05:00', timezone: Asia/Shanghai }", '2026-11-23T18:00:00Z', 'done'],
    ["{ from: '01:00', to: '05:00', timezone: Asia/Shanghai }", '2026-11-24T03:00:00Z', 'refused'],
  ])('in the window %s at %s is %s, before anything is written', async (window, time, outcome) => {
    const { summary, sent } = await run(window, time);
    expect(summary.outcome).toBe(outcome);
    expect(sent).toHaveLength(outcome === 'done' ? 2 : 0);
  });
});
