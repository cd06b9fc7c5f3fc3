import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { openedIn, SealMismatch, sealFor } from '../../src/runs/index.ts';
import type { Json } from '../../src/text/index.ts';

const key = 'c2l4dGVlbiByYW5kb20gYnl0ZXMgYXJlIG5vdCBlbm91Z2g=';

describe('a sealed value', () => {
  it('opens at the step and name that it was sealed for, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (value, step, name) => {
        // JSON has no -0.
        const plain = JSON.parse(JSON.stringify(value)) as Json;
        const { seal, open } = sealFor('run-1', key);
        expect(open(step, name, seal(step, name, plain))).toEqual(plain);
      }),
    );
  });

  it('does not show its value, and is another text each time', () => {
    const { seal } = sealFor('run-1', key);
    const texts = [seal('ours', 'hash', '$2a$10$abcdefgh'), seal('ours', 'hash', '$2a$10$abcdefgh')];
    expect(texts[0]).not.toBe(texts[1]);
    for (const text of texts) expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('2a$10');
  });

  it.each([
    ['another key', sealFor('run-1', `${key}!`), 'ours', 'hash'],
    ['another run', sealFor('run-2', key), 'ours', 'hash'],
    ['another step', sealFor('run-1', key), 'theirs', 'hash'],
    ['another name', sealFor('run-1', key), 'ours', 'text'],
  ])('does not open with %s', (_what, other, step, name) => {
    const sealed = sealFor('run-1', key).seal('ours', 'hash', 'x');
    expect(() => other.open(step, name, sealed)).toThrow(SealMismatch);
  });

  it('does not open once a byte of it was changed, or some were cut off', () => {
    const { seal, open } = sealFor('run-1', key);
    const bytes = Buffer.from(seal('ours', 'hash', 'x'), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => open('ours', 'hash', changed.toString('base64url'))).toThrow(SealMismatch);
      expect(() => open('ours', 'hash', bytes.subarray(0, at).toString('base64url'))).toThrow(SealMismatch);
    }
  });
});

describe('what was sealed in a journal', () => {
  it('is found by step and name, the newest of each step', () => {
    const seal = sealFor('run-1', key);
    const finished = (step: string, value: string) =>
      ({ type: 'step-finished', step, sealed: { hash: seal.seal(step, 'hash', value) } }) as unknown as Event;
    const events = [finished('a', 'old'), finished('b', 'other'), finished('a', 'new')];
    expect(openedIn(events, seal)).toEqual(
      new Map([
        ['a', new Map([['hash', 'new']])],
        ['b', new Map([['hash', 'other']])],
      ]),
    );
  });
});
