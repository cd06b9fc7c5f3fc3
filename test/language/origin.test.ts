import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOrigin } from '../../src/language/origin.ts';

/** Pieces that addresses are made of, and what may stand at the wrong place. */
const pieces = [
  ...['http://', 'https://', 'HTTP://', 'ftp://', '//', '/', ':', '::', '.', '-', '_', '@', '?', '#', '%', '\\', ' '],
  ...[
    'host',
    'es-1.example',
    'xn--bcher-kva.example',
    'ü',
    '0',
    '1',
    '9200',
    '65535',
    '65536',
    '127.0.0.1',
    '256',
    '0x7f',
  ],
  ...['[::1]', '[', ']', '2001:db8', 'f', 'fffff', '1.2.3.4', 'user:pass@', '/path', '?a=b', '#x'],
];

const part = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''));

function fromPlatform(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === ''
    ? url
    : undefined;
}

describe('the address of a server', () => {
  it('is never one that a client cannot connect to, or with a login in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          part,
          part.map((text) => `https://${text}`),
        ),
        (text) => {
          if (isOrigin(text)) expect(fromPlatform(text), text).toBeDefined();
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('may be any host, of a domain or an address, with a port and a path', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.constantFrom('localhost', 'es_1', 'node-1.', '[::1]', '[::ffff:10.0.0.1]'),
    );
    fc.assert(
      fc.property(
        host,
        fc.option(fc.integer({ min: 0, max: 65_535 })),
        fc.constantFrom('', '/', '/es/v1'),
        (name, port, path) => {
          const text = `http://${name}${port === null ? '' : `:${port}`}${path}`;
          expect(isOrigin(text), text).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    'host:9200',
    'ftp://host',
    'http://',
    'http://a b',
    'http://user@host',
    'http://host?a=b',
    'http://host#x',
    'http://host:65536',
    'http://1.2.3.256',
    'http://[::1',
    'http://[1::2::3]',
    'http://[1:2:3:4::5:6:7:8]',
    'http://[1:2:3:4:5:6:7]',
    'http://..',
    'http:\\\\host',
  ])('is not %s', (text) => {
    expect(isOrigin(text)).toBe(false);
  });
});
