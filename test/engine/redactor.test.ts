import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/engine/index.ts';

describe('the redactor', () => {
  it('finds a secret as it is, escaped, percent-encoded and in base64, anywhere in a value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'grapheme' }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!'‹secret›'.includes(secret));
        const redactor = createRedactor();
        redactor.add(secret);
        for (const form of [
          secret,
          JSON.stringify(secret).slice(1, -1),
          encodeURIComponent(secret),
          Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        ]) {
          const shown = redactor.value({ list: [{ text: before + form + after, [form]: 1 }] });
          expect(shown.list[0]?.text).not.toContain(form);
          expect(Object.keys(shown.list[0] ?? {})).not.toContain(form);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the names of the engine alone, so that a record stays readable', () => {
    const redactor = createRedactor();
    redactor.add('done');
    expect(redactor.value({ type: 'step-finished', outcome: 'done', reason: 'done' })).toEqual({
      type: 'step-finished',
      outcome: 'done',
      reason: '‹secret›',
    });
  });

  it('conceals numbers and every text of a structure', () => {
    const redactor = createRedactor();
    redactor.add({ pin: 123456, list: ['hunter22'] });
    expect(redactor.value({ a: 123456, b: 'x hunter22' })).toEqual({ a: '‹secret›', b: 'x ‹secret›' });
  });
});
