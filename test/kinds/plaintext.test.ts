import { describe, expect, it } from 'vitest';
import { plaintextWarning } from '../../src/kinds/index.ts';

const secret = { env: 'SECRET' };
const auths = {
  none: { type: 'none' },
  bearer: { type: 'bearer', secret },
  access_key: { type: 'access_key', id: secret, secret },
} as const;
const warning = (url: string, type: keyof typeof auths = 'bearer', identities = {}) =>
  plaintextWarning('c', { kind: 'elasticsearch', url, auth: auths[type], identities });

describe('a connection without TLS', () => {
  it.each([
    'http://es:9200',
    'HTTP://ES',
    'http://127.evil.example',
    'http://localhost.evil.example',
    'http://10.0.0.1',
  ])('that sends credentials off this machine is warned of: %s', (url) => {
    expect(warning(url)).toContain(`c (${url}) is reached without TLS: credentials and everything else`);
    expect(warning(url, 'none', { recovery: { type: 'api_key', secret } })).toContain('credentials');
    expect(warning(url, 'access_key')).toContain('signed requests');
    expect(warning(url, 'none')).toBeUndefined();
  });

  it.each([
    'https://es:9200',
    'http://localhost:9200',
    'http://LOCALHOST',
    'http://127.0.0.1:1',
    'http://127.8.9.1',
    'http://[::1]:9200/es',
  ])('is not one where there is TLS, or where nothing leaves this machine: %s', (url) =>
    expect(warning(url)).toBeUndefined(),
  );
});
