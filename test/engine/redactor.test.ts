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
          JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
        ]) {
          const shown = redactor.record({ list: [{ text: before + form + after, [form]: 1 }] });
          expect(shown.list[0]?.text).not.toContain(form);
          expect(Object.keys(shown.list[0] ?? {})).not.toContain(form);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves nothing in base64 that could be read, whatever stands around the secret', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]{6,40}$/), fc.string(), fc.string(), (secret, before, after) => {
        const redactor = createRedactor();
        redactor.add(secret);
        const shown = redactor.text(Buffer.from(before + secret + after).toString('base64'));

        expect(shown).toContain('‹secret›');
        const rest = shown.split('‹secret›').map((part) => Buffer.from(part, 'base64').toString('latin1'));
        for (const part of rest) expect(part).not.toContain(secret.slice(1, -1));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the names of the engine alone, so that a record stays readable', () => {
    const redactor = createRedactor();
    redactor.add('done');
    expect(redactor.record({ type: 'step-finished', outcome: 'done', reason: 'done' })).toEqual({
      type: 'step-finished',
      outcome: 'done',
      reason: '‹secret›',
    });
  });

  it('knows those names only where the engine writes them: deeper they are a server’s', () => {
    const redactor = createRedactor();
    redactor.add('hunter22');
    expect(
      redactor.record({ type: 'x', call: { effect: 'read', body: { type: 'hunter22' } }, error: { type: 'hunter22' } }),
    ).toEqual({
      type: 'x',
      call: { effect: 'read', body: { type: '‹secret›' } },
      error: { type: '‹secret›' },
    });
    redactor.add('read');
    expect(redactor.record({ call: { effect: 'read' } })).toEqual({ call: { effect: 'read' } });
  });

  it('leaves nothing of two secrets that overlap, or of one that overlaps itself', () => {
    const redactor = createRedactor();
    redactor.add(['hunter22-and', '22-and-hunter', 'abcdabcd']);
    expect(redactor.text('x hunter22-and-hunter y')).toBe('x ‹secret› y');
    expect(redactor.text('x abcdabcdabcd y')).toBe('x ‹secret› y');
  });

  it('leaves what is redacted as it is, though a secret may be part of the mark', () => {
    const redactor = createRedactor();
    redactor.add(['secret', 'hunter22']);
    const once = redactor.text('a secret, hunter22');
    expect(once).toBe('a ‹secret›, ‹secret›');
    expect(redactor.text(once)).toBe(once);
  });

  it('takes every name in a server’s value for the server’s own', () => {
    const redactor = createRedactor();
    redactor.add('hunter22');
    expect(redactor.value({ type: 'hunter22', step: 'hunter22' })).toEqual({ type: '‹secret›', step: '‹secret›' });
  });

  it('shows a value in a sentence without its secrets, and cuts it then', () => {
    const redactor = createRedactor();
    redactor.add('hunter22hunter22');
    expect(redactor.inOneLine({ type: 'xx hunter22hunter22 xx' }, 15)).toBe('{"type":"xx ‹se… (25 characters)');
  });

  it('conceals numbers and every text of a structure', () => {
    const redactor = createRedactor();
    redactor.add({ pin: 123456, list: ['hunter22'] });
    expect(redactor.value({ a: 123456, b: 'x hunter22' })).toEqual({ a: '‹secret›', b: 'x ‹secret›' });
  });
});
