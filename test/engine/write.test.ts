import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { lost, ok, runIn } from './world.ts';

describe('a write', () => {
  it('is sent again only where its author says so', async () => {
    const plan = planOf('  - { id: a, on: es, call: PUT /a, retry: { attempts: 3, delay: 1s } }\n');
    const { sent, summary } = await runIn(plan, { answer: (_call, count) => (count < 3 ? ok({}, 500) : ok()) });
    expect(sent).toHaveLength(3);
    expect(summary.outcome).toBe('done');
  });

  it('that could not leave waits like a read, and counts once', async () => {
    const write = planOf(`  - { id: make, on: es, call: PUT /made }`);
    const { summary, sent } = await runIn(write, { answer: (_call, count) => (count < 3 ? lost('no') : ok()) });
    expect(summary).toMatchObject({ outcome: 'done', writes: 1 });
    expect(sent).toHaveLength(3);
  });
});

describe('a write with retry and without done_when', () => {
  const steps = `  - { id: a, on: es, call: PUT /x, retry: { attempts: 2, delay: 1s } }\n`;

  it('is sent again after an ambiguous answer: its author says that this does no harm', async () => {
    const { summary, sent } = await runIn(planOf(steps), { answer: (_call, count) => (count === 1 ? lost() : ok()) });
    expect(sent).toEqual(['PUT /x', 'PUT /x']);
    expect(summary.outcome).toBe('done');
  });

  it('is in doubt when no attempt was answered', async () => {
    const { summary, sent } = await runIn(planOf(steps), { answer: () => lost() });
    expect(sent).toHaveLength(2);
    expect(summary).toMatchObject({ outcome: 'intervention-required', in_doubt: ['a'] });
  });
});
