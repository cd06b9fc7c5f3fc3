import { expect, it } from 'vitest';
import { usersRestoredBy } from '../../src/kinds/elasticsearch/restored-users.ts';
import type { JsonObject } from '../../src/text/index.ts';

const restoredBy = (body: JsonObject, path = '/_snapshot/own/one/_restore', method: 'POST' | 'GET' = 'POST') =>
  usersRestoredBy({ method, path, body });

it.each<[JsonObject]>([
  [{ indices: '.security-7' }],
  [{ indices: '.kibana*,.security*' }],
  [{ indices: ['.kibana_1', '.security-7'] }],
  [{ indices: '.s*y-*' }],
  [{ indices: '.*' }],
  [{ feature_states: ['security'], indices: '-*' }],
  [{ feature_states: ['security'], rename_pattern: '(.+)', rename_replacement: 'copy-$1' }],
])('the users are restored by %j', (body) => {
  expect(restoredBy(body)).toBe('own/one');
});

it.each<[JsonObject]>([
  [{ indices: '.kibana*' }],
  [{ indices: '-.security*' }],
  [{ indices: '.security-7', rename_pattern: '(.+)', rename_replacement: 'copy-$1' }],
  [{ indices: '.security-profile' }],
  [{ indices: '.se(c' }],
  [{ indices: '*' }],
  [{ feature_states: ['none'] }],
  [{}],
])('nothing is said of users restored by %j', (body) => {
  expect(restoredBy(body)).toBeUndefined();
});

it('only a restore restores them', () => {
  const body = { indices: '.security*' };
  expect(restoredBy(body, '/_snapshot/own/one')).toBeUndefined();
  expect(restoredBy(body, '/_snapshot/own/one/_restore', 'GET')).toBeUndefined();
});
