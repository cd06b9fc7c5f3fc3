import { describe, expect, it } from 'vitest';
import type { PlannedNode } from '../../src/plan/index.ts';
import { environmentText, planOf, tryPlan } from '../support.ts';

const withoutSeal = environmentText.replace(/journal:.*\n/, '');
const look = '  - { id: look, on: es, call: GET /look, save: { hash: { path: a, secret: true }, name: b } }\n';

/** `ID.NAME` of what the journal of a run would keep sealed. */
function sealedIn(nodes: readonly PlannedNode[]): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'block') return sealedIn(node.steps);
    if (node.kind !== 'request') return [];
    return Object.entries(node.save ?? {}).flatMap(([name, { sealed }]) => (sealed ? [`${node.id}.${name}`] : []));
  });
}

describe('a saved secret is sealed in the journal', () => {
  it.each([
    [
      'where the rollback of a step puts it back',
      `${look}  - { id: put, on: es, call: PUT /x, rollback: [{ call: PUT /x, body: { h: "{{steps.look.hash}}", n: "{{steps.look.name}}" } }] }`,
      ['look.hash'],
    ],
    [
      'where the condition of a rollback reads it',
      `${look}  - { id: put, on: es, call: PUT /x, rollback: [{ call: DELETE /x, when: { steps.look.hash: { exists: true } } }] }`,
      ['look.hash'],
    ],
    [
      'where an alternative of such a condition reads it',
      `${look}  - { id: put, on: es, call: PUT /x, rollback: [{ call: DELETE /x, when: { any: [{ run.id: a }, { steps.look.hash: { exists: true } }] } }] }`,
      ['look.hash'],
    ],
    [
      'where the rollback of a block around it, or of the runbook, reads it',
      `  - { id: all, on: es, steps: [{ id: put, call: PUT /x }], rollback: [{ id: back, steps: [{ call: GET /look }, { call: PUT /y, body: { h: "{{steps.look.hash}}" } }] }] }`,
      ['look.hash'],
    ],
    [
      'in each iteration of a loop',
      `  - { id: each, on: es, for_each: "{{steps.look.name}}", steps: [{ id: in, call: GET /look, save: { hash: { path: a, secret: true } } }, { id: put, call: PUT /x, rollback: [{ call: PUT /x, body: { h: "{{steps.in.hash}}" } }] }] }`,
      ['in#*.hash'],
    ],
    [
      'nowhere else',
      `${look}  - { id: put, on: es, call: PUT /x, body: { h: "{{steps.look.hash}}" }, rollback: [{ call: PUT /x, body: { n: "{{steps.look.name}}" } }] }`,
      [],
    ],
  ])('%s', (_what, steps, expected) => {
    const plan = planOf(steps.startsWith(look) ? steps : look + steps);
    expect(sealedIn(plan.steps)).toEqual(expected);
    expect(plan.environment.seal).toEqual(expected.length > 0 ? { env: 'SEAL' } : undefined);
  });

  it('needs a key: without one there is no plan', () => {
    const steps = `${look}  - { id: put, on: es, call: PUT /x, rollback: [{ call: PUT /x, body: { h: "{{steps.look.hash}}" } }] }`;
    const { value, diagnostics } = tryPlan(steps, { environment: withoutSeal });
    expect(value).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: 'missing-seal', message: expect.stringContaining('restores the secret steps.look.hash') },
    ]);
  });
});
