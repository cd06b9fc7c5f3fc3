import { expect, it } from 'vitest';
import { headerOf, valueIn } from '../../src/engine/response.ts';
import { ok } from './world.ts';

const response = { ...ok({ headers: { etag: 'of the body' }, name: 'n1' }), headers: { etag: 'v7' } };

it('gives what a save reads: of the body, or a header whatever the case of its name', () => {
  expect(valueIn(response, 'name')).toBe('n1');
  expect(valueIn(response, '@.headers.etag')).toBe('of the body');
  expect(valueIn(response, 'headers.ETag')).toBe('v7');
  expect(valueIn(response, 'headers.X-None')).toBeUndefined();
  expect(valueIn(response, '[name == $inputs.name]', { inputs: { name: 'n1' } })).toEqual([true]);
});

it('has no header that an object has of itself', () => {
  expect(headerOf(response, 'constructor')).toBeUndefined();
  expect(headerOf(ok(), 'etag')).toBeUndefined();
});
