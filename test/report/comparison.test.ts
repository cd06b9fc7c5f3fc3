import { describe, expect, it } from 'vitest';
import { canonicalJson, type Plan } from '../../src/plan/index.ts';
import { comparisonSections } from '../../src/report/index.ts';
import { hashOf } from '../../src/runs/index.ts';
import { ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';
import { badDaySubject, planSubject, runSubject } from './bad-day.ts';

const compared = (subject: Parameters<typeof comparisonSections>[0], plan: Plan) =>
  comparisonSections(subject, plan, hashOf(canonicalJson(plan))).map(({ title, lines }) => [
    title,
    ...lines.map(({ mark = '', text }) => `${mark} ${text}`.trim()),
  ]);

describe('a plan compared with a past run', () => {
  it('says what failed, was skipped, was rolled back and was not done', async () => {
    const subject = await badDaySubject();
    const [head, , outcomes] = compared(subject, subject.plan);
    expect(head).toContain('It had this very plan.');
    expect(outcomes).toEqual([
      'What became of these steps in it, other than done',
      '2 PUT /maybe: skipped: steps.look.n is 2, needed: 7',
      '3.1.r1 Unmake it: done',
      expect.stringMatching(/^3\.3 Restore it: FAILED: .*500/),
    ]);
  });

  it('says what the plan of the run had otherwise, as runbook diff does', async () => {
    const before = planOf(
      `  - { id: a, on: es, call: PUT /a, keep: k }\n  - { id: gone, on: es, call: PUT /gone, keep: k }\n`,
    );
    const now = planOf(
      `  - { id: a, on: es, call: PUT /b, keep: k }\n  - { id: more, on: es, call: PUT /more, keep: k }\n`,
    );
    const [head, differs, outcomes] = compared(runSubject(before, await runIn(before, { answer: () => ok() })), now);
    expect(head?.join('\n')).toContain(
      'Its plan was another one; steps: 1 added, 1 removed, 1 changed (3 of them write)',
    );
    expect(differs).toEqual([
      'What differs from its plan to this one',
      '- 2 gone [WRITE]: PUT /gone on es',
      expect.any(String),
      ...Array.from({ length: (differs?.length ?? 0) - 3 }, () => expect.any(String)),
    ]);
    expect(differs).toContain('~ 1 a [WRITE]: PUT /b on es');
    expect(differs).toContain('- request.path: "/a"');
    expect(differs).toContain('+ request.path: "/b"');
    expect(outcomes?.at(-1)).toBe(
      '1 more step of this plan is not in it: it did not reach it, or its plan did not have it',
    );
  });

  it('says how often a write was sent, and counts the iterations of a loop by how they ended', async () => {
    const plan = planOf(`
  - { id: look, on: es, call: GET /look, save: { names: names } }
  - { id: again, on: es, call: PUT /again, retry: { attempts: 3, delay: 1s }, keep: k }
  - { id: each, for_each: '{{steps.look.names}}', on: es, call: 'PUT /{{item}}', when: { item: { not: b } }, keep: k }
`);
    const run = await runIn(plan, {
      answer: (call, count) => {
        if (call === 'GET /look') return ok({ names: ['a', 'b', 'c'] });
        return call === 'PUT /again' && count < 2 ? ok({}, 503) : ok();
      },
    });
    const outcomes = compared(runSubject(plan, run), plan).at(-1);
    expect(outcomes).toContainEqual(expect.stringMatching(/^2 PUT \/again: done; sent \d times$/));
    expect(outcomes).toContainEqual(expect.stringMatching(/^3\.\* .*: 2 × done; 1 × skipped/));
  });

  it('says so where nothing was otherwise; of a plan without a run it says nothing', async () => {
    const plan = planOf(`  - { id: a, on: es, call: PUT /a, keep: k }\n`);
    const run = runSubject(plan, await runIn(plan, { answer: () => ok() }));
    expect(compared(run, plan).at(-1)?.at(-1)).toBe('Nothing: each step of this plan that it has was done.');
    expect(compared(planSubject(plan), plan)).toEqual([]);
  });
});
