import { expect, it } from 'vitest';
import { authText, plannedAuth } from '../../src/kinds/index.ts';

it.each([
  [{ basic: { username: 'me', password: { env: 'PW' } } }, { type: 'basic', username: 'me' }, 'user me'],
  [{ api_key: { env: 'KEY' } }, { type: 'api_key' }, 'an API key'],
  [{ bearer: { env: 'TOKEN' } }, { type: 'bearer' }, 'a bearer token'],
  [undefined, { type: 'none' }, 'no credentials'],
] as const)('a plan says who authenticates, and no secret: %j', (auth, planned, text) => {
  expect(plannedAuth(auth)).toEqual(planned);
  expect(authText(planned)).toBe(text);
});
