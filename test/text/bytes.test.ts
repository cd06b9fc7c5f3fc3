import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Of, utf8Of } from '../../src/text/index.ts';

describe('bytes', () => {
  it('of a string are its UTF-8, whatever code units are in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(0xff), fc.nat(0xffff), fc.integer({ min: 0xd7f0, max: 0xe010 }))),
        (units) => {
          const text = String.fromCharCode(...units);
          expect([...utf8Of(text)]).toEqual([...Buffer.from(text)]);
        },
      ),
      {
        numRuns: 1_000,
        examples: [[[0x7f, 0x80, 0x7ff, 0x800, 0xffff]], [[0xd800]], [[0xdfff]], [[0xdc00, 0xd83d, 0xde00, 0xdbff]]],
      },
    );
  });

  it('are written in base64, with padding', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(base64Of(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
      { numRuns: 1_000 },
    );
  });
});
