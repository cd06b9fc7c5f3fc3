import { expect, it } from 'vitest';
import { authText, plannedAuth } from '../../src/kinds/index.ts';

it.each([
  [
    { basic: { username: 'me', password: { env: 'PW' } } },
    { type: 'basic', username: 'me', password: { env: 'PW' } },
    'user me',
  ],
  [{ api_key: { env: 'KEY' } }, { type: 'api_key', secret: { env: 'KEY' } }, 'an API key'],
  [{ bearer: { env: 'TOKEN' } }, { type: 'bearer', secret: { env: 'TOKEN' } }, 'a bearer token'],
  [undefined, { type: 'none' }, 'no credentials'],
] as const)('a plan says who authenticates and where the secret is, not the secret: %j', (auth, planned, text) => {
  expect(plannedAuth(auth)).toEqual(planned);
  expect(authText(planned)).toBe(text);
});
