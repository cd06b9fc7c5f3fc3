import { describe, expect, it } from 'vitest';
import { checkConfirmations, isConfirmed } from '../../src/host/confirmations.ts';
import { planOf } from '../support.ts';

const look = '  - { id: look, on: es, call: GET /look, save: { found: found } }\n';
const write = '{ id: close, on: es, call: POST /close, undone_by: open }';
const always = 'always: [{ id: open, on: es, call: POST /open }]';
const ask = (more = '') => `{ id: ask, confirm: Really?, on: es, call: PUT /a, keep: a test${more} }`;

describe('a confirmation that is missing where nobody can be asked', () => {
  it.for([
    ['behind a write in a block with an always', `  - { id: block, steps: [${write}, ${ask()}], ${always} }\n`],
    [
      'in a block inside such a block',
      `  - { id: block, steps: [${write}, { id: inner, steps: [${ask()}] }], ${always} }\n`,
    ],
    [
      'in the second iteration of a loop in such a block',
      `  - { id: block, steps: [{ id: each, for_each: [1, 2], steps: [${ask()}] }], always: [{ id: open, on: es, call: POST /open }] }\n`,
    ],
    [
      'before a write in a block that is repeated',
      `  - { id: block, until: { steps.look.found: true }, max_iterations: 3, steps: [${ask()}, ${look.trim().slice(2)}], ${always} }\n`,
    ],
    ['in an always', `  - { id: block, steps: [${write.replace('open', 'ask')}], always: [${ask()}] }\n`],
  ] as const)('refuses the run before it begins where it could not wait: %s', ([, steps]) => {
    const check = (...confirm: string[]) => checkConfirmations(planOf(steps), confirm, false);
    expect(() => check()).toThrow(
      /could not wait there[\s\S]*no write was sent[\s\S]*Add --confirm \S*ask\S* to confirm/,
    );
    expect(() => checkConfirmations(planOf(steps), [], true)).not.toThrow();
    expect(() => check('other')).toThrow('--confirm other: no such step requires confirmation');
  });

  it.for([
    ['a step that every run comes to', `${look}  - ${ask()}\n`],
    [
      'a step before a write in a block with an always',
      `  - { id: block, steps: [{ id: ask, confirm: Really?, on: es, call: GET /a }, ${write}], ${always} }\n`,
    ],
    ['a step in a block', `${look}  - { id: block, steps: [${ask()}] }\n`],
    ['a loop over a list of the run', `${look}  - ${ask(", for_each: '{{steps.look.found}}'")}\n`],
    ['a step with a condition', `${look}  - ${ask(', when: { steps.look.found: true }')}\n`],
    ['a step in a loop', `${look}  - { id: block, for_each: '{{steps.look.found}}', steps: [${ask()}] }\n`],
    [
      'a step behind a read in a block with an always',
      `  - { id: block, steps: [{ id: look, on: es, call: GET /look }, ${ask()}], ${always} }\n`,
    ],
    ['a block with an always as a whole', `  - { id: block, confirm: Really?, steps: [${write}], ${always} }\n`],
    ['a step behind a block with an always', `  - { id: block, steps: [${write}], ${always} }\n  - ${ask()}\n`],
    [
      'a step that only some runs come to, where it could not wait',
      `${look}  - { id: block, steps: [${write}, ${ask(', when: { steps.look.found: true }')}], ${always} }\n`,
    ],
  ] as const)('does not refuse the run for %s', ([, steps]) => {
    expect(() => checkConfirmations(planOf(steps), [], false)).not.toThrow();
  });
});

describe('a confirmation by name', () => {
  it.each([
    ['ask', 'ask', true],
    ['ask', 'ask#1', false],
    ['ask#1', 'ask#1', true],
    ['ask#1', 'ask#2', false],
    ['ask#1', 'ask#12', false],
    ['ask#*', 'ask#12', true],
    ['ask#*', 'ask', false],
    ['ask#*', 'task#1', false],
    ['ask#*#2', 'ask#3#2', true],
    ['ask#*#2', 'ask#3#1', false],
    ['ask#*', 'ask#3#1', false],
    ['copy#*/ask', 'copy#4/ask', true],
  ])('%s of the step %s: %s', (name, step, confirms) => {
    expect(isConfirmed(step, [name])).toBe(confirms);
  });

  it.each([
    ['a list that planning knows', '[a, b]', ['ask#*', 'ask#1', 'ask#2'], ['ask', 'ask#3']],
    ['a list that only the run knows', "'{{steps.look.found}}'", ['ask#*', 'ask#7'], ['ask', 'asked#*']],
  ] as const)('is taken for an iteration over %s, and for all of them', (_, list, names, typos) => {
    const plan = planOf(`${look}  - { id: block, for_each: ${list}, steps: [${ask()}] }\n`);
    for (const name of names) expect(() => checkConfirmations(plan, [name], false)).not.toThrow();
    for (const typo of typos) expect(() => checkConfirmations(plan, [typo], false)).toThrow('no such step');
  });
});
