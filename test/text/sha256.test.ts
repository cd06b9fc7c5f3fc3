import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256 } from '../../src/text/index.ts';

it('the SHA-256 of a string is that of its UTF-8', () => {
  for (const text of ['', 'ü', 'x'.repeat(1_000), '\ud800 and \u{1f600}'])
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
});
