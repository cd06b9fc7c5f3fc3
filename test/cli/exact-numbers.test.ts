import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastJournal, outcomes, runbook, workingDirectory } from '../program.ts';

/** A server with numbers that a double does not hold; it remembers each request with its bytes. */
const seen: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString('utf8');
  });
  request.on('end', () => {
    const { method = '', url = '' } = request;
    if (url !== '/') seen.push(`${method} ${url}${body === '' ? '' : ` ${body}`}`);
    const answers: Record<string, string> = {
      '/': '{"version":{"number":"8.5.3"},"cluster_uuid":"u"}',
      '/x/_search': '{"hits":[{"sort":[1540815132987654321,2],"score":1.0,"seq":-9007199254740993}],"$exact":"5.0"}',
      '/fails': '{"ok":1.0}',
    };
    const text = answers[url] ?? '{"ok":true}';
    response.writeHead(url === '/fails' ? 500 : 200, { 'content-type': 'application/json' }).end(text);
  });
});

const text = `apiVersion: runbook/v1
name: numbers
elasticsearch: 8.x
title: Numbers of any size
inputs:
  least: { type: integer, default: 9007199254740993 }
  ratio: { type: number, default: 0.50 }
connections: { es: { kind: elasticsearch } }
steps:
  - id: put
    on: es
    call: PUT /x/_doc/1
    body: { a: 1.0, b: 1e3, c: 0x10, d: 010, e: '{{inputs.least}}', f: [18446744073709551615, -0], g: 'n={{inputs.ratio}}', h: '{{json "[1.10]"}}', $exact: 7.0 }
    keep: wanted
  - id: find
    on: es
    call: GET /x/_search
    expect:
      body:
        hits[0].score: 1
        hits[0].sort[0]: 1540815132987654321
        hits[0].seq: { less_than: -9007199254740992, at_least: -9007199254740993, in: [-9007199254740993] }
        hits[0].sort: { contains: 1540815132987654321, not: { contains: 1540815132987654320 } }
    save: { after: 'hits[0].sort', score: 'hits[0].score', seq: 'hits[0].seq', same: '@' }
  - id: skipped
    on: es
    call: GET /never
    when: { steps.find.seq: { greater_than: -9007199254740993 } }
  - id: next
    on: es
    call: POST /x/_bulk
    ndjson: [{ index: {} }, { after: '{{steps.find.after}}', score: '{{steps.find.score}}', same: '{{steps.find.same}}' }]
    retry: { attempts: 3.0 }
    rollback: [{ call: 'DELETE /x/_doc/{{steps.find.seq}}', query: { if_seq_no: '{{steps.find.seq}}' }, body: { seq: '{{steps.find.seq}}' } }]
  - { id: last, on: es, call: GET /fails, when: { 'eq inputs.least 9007199254740993': true } }
`;

let directory: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  directory = workingDirectory();
  writeFileSync(join(directory, 'numbers.yaml'), text);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    join(directory, 'env.yaml'),
    `apiVersion: runbook/v1\nenvironment: test\nconnections: { es: { url: '${url}' } }\n`,
  );
});
afterAll(() => server.close());

const put =
  'PUT /x/_doc/1 {"a":1.0,"b":1e3,"c":16,"d":10,"e":9007199254740993,"f":[18446744073709551615,-0],"g":"n=0.50","h":[1.10],"$exact":7.0}';
const bulk =
  'POST /x/_bulk {"index":{}}\n{"after":[1540815132987654321,2],"score":1.0,"same":{"hits":[{"sort":[1540815132987654321,2],"score":1.0,"seq":-9007199254740993}],"$exact":"5.0"}}\n';
const exec = (...args: string[]) =>
  runbook(directory, ['exec', 'numbers.yaml', '--env', 'env.yaml', '--no-cluster-lock', ...args]);

describe('a number that a double does not hold', () => {
  it('arrives, is compared, saved, sent and rolled back as it is', async () => {
    const { stdout } = await exec();
    expect(outcomes(lastJournal(directory))).toMatchObject({
      put: 'done',
      find: 'done',
      skipped: 'skipped',
      next: 'done',
    });
    expect(seen).toEqual([
      put,
      'GET /x/_search',
      bulk,
      'GET /fails',
      'DELETE /x/_doc/-9007199254740993?if_seq_no=-9007199254740993 {"seq":-9007199254740993}',
    ]);
    expect(stdout).toContain('DELETE /x/_doc/-9007199254740993 — done');
    const [, run = ''] = /runbook show (\S+)/.exec(stdout) ?? [];
    expect((await runbook(directory, ['show', run])).stdout).toContain('"after":[1540815132987654321,2],"score":1.0');
  });

  it('is in the plan, whose id is another one for another digit', async () => {
    const planned = async (...args: string[]) =>
      (await runbook(directory, ['plan', 'numbers.yaml', '--env', 'env.yaml', ...args])).stdout;
    const id = (plan: string) => /plan\s+([0-9a-f]{12,})/i.exec(plan)?.[1];
    const [plan, same, other] = [
      await planned(),
      await planned('--set', 'least=9007199254740993'),
      await planned('--set', 'least=9007199254740995'),
    ];
    expect(plan).toContain('"a": 1.0');
    expect(plan).toContain('9007199254740993');
    expect(same).toBe(plan);
    expect(id(plan)).toBeDefined();
    expect(id(other)).not.toBe(id(plan));
  });

  it('is sent by a plan in a file, and is in each report', async () => {
    await runbook(directory, ['plan', 'numbers.yaml', '--env', 'env.yaml', '--out', 'plan.json']);
    expect(readFileSync(join(directory, 'plan.json'), 'utf8')).toContain('{"$exact":"1.0"}');
    seen.length = 0;
    await exec('--plan', 'plan.json');
    expect(seen.slice(0, 3)).toEqual([put, 'GET /x/_search', bulk]);
    const [, run = ''] = /runbook show (\S+)/.exec((await exec()).stdout) ?? [];
    for (const format of ['markdown', 'html', 'text', 'console', 'curl']) {
      const { stdout } = await runbook(directory, ['report', run, '--format', format]);
      expect([format, stdout.includes('9007199254740993'), /"\$exact": ?"(?!5)/.test(stdout)]).toEqual([
        format,
        true,
        false,
      ]);
    }
  });
});
