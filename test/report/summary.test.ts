import { describe, expect, it } from 'vitest';
import { summaryText } from '../../src/report/index.ts';
import { lost, ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';

describe('the end of a suspended run', () => {
  it('offers a rollback only where there is something to roll back', async () => {
    const end = async (more: string) => {
      const plan = planOf(`  - { id: a, on: es, call: PUT /a, on_unknown: suspend${more} }\n`);
      const { summary } = await runIn(plan, { answer: (call) => (call === 'PUT /a' ? lost() : ok()) });
      return summaryText(summary, { run: 'r', head: 'e3b0c4' });
    };
    expect(await end(', rollback: [{ call: DELETE /a }]')).toContain('Or roll the run back: runbook rollback r');
    const without = await end('');
    expect(without).toContain('runbook resume r --assume-done a');
    expect(without).not.toContain('rollback');
  });
});
