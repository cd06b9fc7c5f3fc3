import { describe, expect, it } from 'vitest';
import { checkConfirmations } from '../../src/host/confirmations.ts';
import { planOf } from '../support.ts';

const look = '  - { id: look, on: es, call: GET /look, save: { found: found } }\n';
const ask = (more = '') => `{ id: ask, confirm: Really?, on: es, call: PUT /a, keep: a test${more} }`;

describe('a confirmation that is missing where nobody can be asked', () => {
  it.for([
    ['a step that every run comes to', `${look}  - ${ask()}\n`],
    ['a step in a block', `${look}  - { id: block, steps: [${ask()}] }\n`],
    [
      'a step in a block that may be in place',
      `${look}  - { id: block, on: es, done_when: { call: GET /a, expect: { status: 200 } }, steps: [${ask()}] }\n`,
    ],
    ['a loop over a list of the run', `${look}  - ${ask(", for_each: '{{steps.look.found}}'")}\n`],
  ] as const)('refuses the run before it begins for %s', ([, steps]) => {
    const check = (...confirm: string[]) => checkConfirmations(planOf(steps), confirm, false);
    expect(() => check()).toThrow(/Add --confirm \S*ask\S* to confirm/);
    expect(() => checkConfirmations(planOf(steps), [], true)).not.toThrow();
    expect(() => check('other')).toThrow('--confirm other: no such step requires confirmation');
  });

  it.for([
    ['a step with a condition', `${look}  - ${ask(', when: { steps.look.found: true }')}\n`],
    ['a step in a block with one', `${look}  - { id: block, when: { steps.look.found: true }, steps: [${ask()}] }\n`],
    ['a step in a loop', `${look}  - { id: block, for_each: '{{steps.look.found}}', steps: [${ask()}] }\n`],
  ] as const)('does not refuse the run for %s that only the run decides: it waits there', ([, steps]) => {
    expect(() => checkConfirmations(planOf(steps), [], false)).not.toThrow();
  });
});
