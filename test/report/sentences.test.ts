import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Event, RunSummary } from '../../src/engine/index.ts';
import type { Plan } from '../../src/plan/index.ts';
import { ends, factsOf, hints, lists, outcomes, unfoundedIn } from '../../src/report/sentences/index.ts';
import { lost, ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';

const plan = planOf(`  - { id: a, on: es, call: PUT /a, rollback: [{ call: DELETE /a }] }
  - { id: b, on: es, call: PUT /b, keep: wanted }
  - { id: c, on: es, call: GET /c }
`);
const failing = (call: string) => (call === 'GET /c' ? ok({}, 500) : ok());
const said = (of: Plan, events: readonly Event[]) => unfoundedIn(factsOf(of, events)).map(({ says }) => says);

/** The events with another end. */
function ending(events: readonly Event[], change: Partial<RunSummary>): Event[] {
  return events.map((event) => (event.type === 'run-finished' ? { ...event, ...change } : event));
}

describe('what a run says', () => {
  it.each([
    ['done', () => ok()],
    ['failed and rolled back', failing],
    ['refused', (call: string) => (call === 'PUT /a' ? lost('no') : ok())],
    ['failed, and its rollback, too', (call: string) => (call === 'DELETE /a' ? ok({}, 500) : failing(call))],
    ['of unknown outcome', (call: string) => (call === 'PUT /a' ? lost() : ok())],
  ])('is borne out by its events where it is %s', async (_, answer) => {
    const { events } = await runIn(plan, { answer });
    expect(said(plan, events)).toEqual([]);
  });

  it.each<[string, Partial<RunSummary>]>([
    [ends.done.says, { outcome: 'done' }],
    ['refused before the first write at STEP: REASON', { outcome: 'refused' }],
    ['No write of a step was sent.', { writes: 0 }],
    [ends['nothing-to-roll-back'].says, { rolled_back: false }],
    ['Left in place:', { left: [{ step: 'a', certain: true, reason: { kind: 'no-rollback' } }] }],
    ['Possibly left in place:', { left: [{ step: 'c', certain: false, reason: { kind: 'no-rollback' } }] }],
    ['Unknown outcome, check the server before you run this again:', { in_doubt: ['a'] }],
    ['Kept on purpose:', { kept: [{ step: 'c', reason: 'wanted' }] }],
    ['To complete the rollback: runbook rollback RUN', { can_be_rolled_back: ['c'], kept: [] }],
    ['Manual intervention is required.', { outcome: 'intervention-required' }],
  ])('is not: "%s" after a run that was rolled back', async (sentence, change) => {
    const { events } = await runIn(plan, { answer: failing });
    // Without the write that is kept, all that took effect is rolled back.
    const without = change.can_be_rolled_back
      ? events.filter((event) => !('step' in event) || event.step !== 'b')
      : events;
    expect(said(plan, ending(without, change))).toContain(sentence);
  });

  it('is borne out where the run waits for a confirmation, and only there', async () => {
    const asking = planOf(`  - { id: a, on: es, call: PUT /a, confirm: true, rollback: [{ call: DELETE /a }] }\n`);
    const { events } = await runIn(asking, { confirm: 'later' });
    expect(said(asking, events)).toEqual([]);
    const { events: asked } = await runIn(asking, {});
    const reason = { kind: 'waits-for-confirmation', question: 'a' } as const;
    const suspended: Event = { at: '', type: 'suspended', by: 'confirmation', step: 'a', reason };
    expect(said(asking, [...asked.slice(0, -1), suspended])).toContain(hints.confirm.says);
  });

  it('"rolled back" needs the rollback of each write that took effect or may have', async () => {
    const { events } = await runIn(plan, { answer: failing });
    const without = events.filter(({ type }) => type !== 'step-rolled-back');
    expect(said(plan, without)).toContain('Rolled back: nothing that its steps wrote is left in place.');
    expect(said(plan, ending(events, { kept: [] }))).toContain(
      'Rolled back: nothing that its steps wrote is left in place.',
    );
  });

  it('"unchanged" and "not sent" are not said of a step that has sent something', async () => {
    const { events } = await runIn(plan, { answer: failing });
    const changed = events.map((event): Event => {
      if (event.type !== 'step-finished') return event;
      if (event.step === 'a') return { ...event, outcome: 'unchanged' };
      const cause = { kind: 'interrupted-twice' } as const;
      return event.step === 'b' ? { ...event, outcome: 'failed', reason: { kind: 'not-sent', cause } } : event;
    });
    expect(said(plan, changed)).toEqual([outcomes.unchanged.says, outcomes.failed.says]);
  });

  it('has a row in the documentation for each sentence, with the same words', () => {
    const page = readFileSync('docs/sentences.md', 'utf8');
    const rows = [...page.matchAll(/^\| (?!-|sentence )(.+?) +\| (.+?) +\|$/gm)].map(([, says, when]) => [says, when]);
    const table = [ends, lists, hints, outcomes].flatMap((group) => Object.values(group));
    expect(rows).toEqual(table.map(({ says, when }) => [says, when]));
  });
});
