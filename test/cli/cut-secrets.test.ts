import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSubject } from '../../src/host/run-folders.ts';
import { formats, formatsOf } from '../../src/report/index.ts';
import { filesBelow, lastJournal, runbook, workingDirectory } from '../program.ts';
import { leakIn, piecesOf } from '../secrets.ts';

/** What the server puts before the token that it gives back. */
let before = '';
let token = '';
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.setHeader('x-elastic-product', 'Elasticsearch');
    const text = before + token;
    response.setHeader('warning', `299 Elasticsearch-8.5.3-abc "${text}"`);
    if (request.url === '/html') {
      response.setHeader('content-type', 'text/html');
      response.end(`<p>${text}</p>`);
      return;
    }
    response.setHeader('content-type', 'application/json');
    if (request.url === '/') return void response.end('{"version":{"number":"8.5.3"},"cluster_uuid":"u"}');
    if (request.url === '/refused') response.statusCode = 400;
    response.end(JSON.stringify({ got: { token: text }, error: { type: 'x', reason: text } }));
  });
});

const steps: Readonly<Record<string, string>> = {
  'a value that was seen': 'call: POST /echo, effect: read, expect: { body: { got.token: { exists: false } } }',
  'a larger one': `call: POST /echo, effect: read, expect: { body: { '[got, got, got]': { empty: true } } }`,
  'a poll': 'call: GET /echo, until: { got.token: { exists: false } }, every: 1s, timeout: 1s',
  'a refusal': 'call: GET /refused',
  'a page of a proxy': `call: GET /html, expect: { body: { '@': { exists: false } } }`,
};

describe('a token longer than what is shown of a value', () => {
  const directory = workingDirectory();

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(
      join(directory, 'env.yaml'),
      `apiVersion: runbook/v1\nenvironment: lab\nconnections: { c: { url: '${url}' } }\ninputs: { key: { env: KEY } }\n`,
    );
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each(Object.entries(steps))('is in no output, journal or report: %s', async (_what, step) => {
    const text = `apiVersion: runbook/v1
name: cut
elasticsearch: 8.x
title: Cut
connections: { c: { kind: elasticsearch } }
inputs: { key: { type: string, secret: true } }
steps: [{ id: a, on: c, ${step}, headers: { x-key: '{{inputs.key}}' } }]
`;
    writeFileSync(join(directory, 'cut.yaml'), text);
    for (const [filler, secret] of [
      ['', Array.from({ length: 60 }, (_, index) => (index * 7_919 + 100_003).toString(36)).join('')],
      ['x'.repeat(190), 'Sup3r-S3cret-Passw0rd'],
    ] as const) {
      before = filler;
      token = secret;
      const ended = await runbook(directory, ['exec', 'cut.yaml', '--env', 'env.yaml'], { KEY: secret });
      const [started] = lastJournal(directory);
      const id = started?.type === 'run-started' ? started.run : '';
      const subject = await runSubject(join(directory, '.runbook', 'runs', id));
      const texts = new Map([['exec', ended.stdout + ended.stderr], ...filesBelow(join(directory, '.runbook'))]);
      for (const format of formatsOf('run')) texts.set(format, formats[format].render(subject));

      expect(ended.code).toBe(4);
      expect(ended.stdout).toContain('‹secret›');
      expect(leakIn(texts, piecesOf(secret))).toBeUndefined();
    }
  });
});
