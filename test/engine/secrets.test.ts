import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/engine/index.ts';
import { forecastText, formats, formatsOf, linesOf, summaryText } from '../../src/report/index.ts';
import type { Json } from '../../src/text/index.ts';
import { runSubject } from '../report/bad-day.ts';
import { leaksIn, secretArbitrary } from '../secrets.ts';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

const environment = `
apiVersion: runbook/v1
environment: test
connections: { es: { url: 'http://127.0.0.1:9200' } }
inputs: { first: { env: FIRST }, keys: { second: { env: SECOND } } }
`;

const head = `apiVersion: runbook/v1
name: test
elasticsearch: 7.10.x
title: A test
inputs:
  first: { type: string, secret: true }
  keys: { type: object, properties: { id: { type: string, default: an-id }, second: { type: string, secret: true } } }
connections: { es: { kind: elasticsearch } }
steps:
`;

/** Where a runbook may have a secret: in a body, nested, beside other text, in a key's value, in a header. */
const places = [
  `body: { key: '{{inputs.first}}' }`,
  `body: { a: [{ b: ['x', 'pre {{inputs.keys.second}} post'] }] }`,
  `body: '{{inputs.first}}'`,
  `body: { 'k {{inputs.first}}': 1, '{{inputs.keys.second}}': { '{{steps.read.token}}': 2 } }`,
  `body: { settings: '{{inputs.keys}}' }`,
  `ndjson: [{ index: {} }, { k: '{{inputs.first}}:{{inputs.keys.second}}' }]`,
  `headers: { content-type: text/plain }\n    text: 'pre {{inputs.first}} post'`,
  `body: { list: ['{{steps.read.token}}', '{{join (list inputs.first inputs.keys.second) ","}}'] }`,
  `headers: { x-key: 'Key {{inputs.keys.second}}' }`,
];

/** How a server gives back what it should not. */
const echoes: readonly ((secret: string) => SendResult)[] = [
  (secret) => ok({ error: { type: 'x', reason: `failed for ${secret}`, caused_by: { reason: secret } } }, 400),
  (secret) => ok({ error: { type: secret, reason: 'the type is one' } }, 409),
  (secret) => ok({ error: `not ${encodeURIComponent(secret)}` }, 500),
  (secret) => ok({ [secret]: [{ deep: `x ${secret}` }], name: Buffer.from(`user:${secret}`).toString('base64') }),
  (secret) => ok({ name: JSON.stringify({ password: secret }), token: `t${secret}` }),
  (secret) => ({
    kind: 'response',
    status: 200,
    body: { name: secret },
    warnings: [`deprecated: ${secret}`, encodeURIComponent(secret)],
  }),
  (secret) => ({
    kind: 'response',
    status: 302,
    body: `moved to http://u:${secret}@host/?k=${encodeURIComponent(secret)}`,
    warnings: [],
  }),
  (secret) => ({
    kind: 'no-response',
    sent: 'maybe',
    cause: 'network',
    message: `connection to http://u:${secret}@host failed`,
  }),
  (secret) => ({
    kind: 'no-response',
    sent: 'no',
    cause: 'network',
    message: Buffer.from(secret).toString('base64url'),
  }),
  () => ok({ name: 'n', token: 'tok-3f9a1c2b' }),
];

const world = fc.record({
  secrets: fc.tuple(secretArbitrary, secretArbitrary, secretArbitrary),
  steps: fc.array(fc.tuple(fc.constantFrom(...places), fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 5 }),
  answers: fc.array(fc.tuple(fc.nat(echoes.length - 1), fc.nat(2)), { minLength: 6, maxLength: 20 }),
  mode: fc.constantFrom('real' as const, 'dry' as const),
  confirm: fc.boolean(),
});

describe('the secrets of a run', () => {
  it('are in no event, no line and no report, wherever a runbook puts them and whatever a server says', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ secrets, steps, answers, mode, confirm }) => {
        const [first, second, third] = secrets;
        const text = steps.map(
          ([place, hasDone, hasUndo], index) => `  - id: s${index}
    on: es
    call: POST /s${index}
    ${place}
    expect: { body: { name: { not: '{{steps.read.token}}', message: 'not {{steps.read.name}}' } } }
${hasDone ? `    done_when: { call: GET /s${index}, expect: { body: { name: '{{steps.read.token}}' } } }\n` : `    save: { name: name, hidden: { path: token, secret: true } }\n`}${hasUndo ? `    rollback: [{ id: u${index}, title: 'Undo {{steps.read.name}}', call: DELETE /s${index} }]\n` : ''}`,
        );
        const read = `  - { id: read, on: es, call: GET /read, save: { name: name, token: { path: token, secret: true } } }\n`;
        const plan = planOf(`${head}${read}${text.join('')}  - { id: told, note: 'It is {{steps.read.name}}' }\n`, {
          environment,
          whole: true,
        });
        let count = 0;
        const { events, summary } = await runIn(plan, {
          mode,
          confirm,
          secrets: { first, 'keys.second': second } satisfies Record<string, Json>,
          answer: (call) => {
            // The third secret is one that a server gives, and that the runbook saves as secret.
            if (call === 'GET /read') return ok({ name: `seen ${first}`, token: third });
            const [echo, secret] = answers[count++ % answers.length] ?? [0, 0];
            return echoes[echo]?.(secrets[secret] ?? first) ?? ok();
          },
        });
        const subject = runSubject(plan, { events });
        const texts = new Map([
          ['events', JSON.stringify(events)],
          ['lines', events.flatMap((event) => linesOf(event)).join('\n')],
          ['summary', summaryText(summary, { run: 'r', head: 'h' })],
          ['forecast', forecastText(subject.run?.report.forecast ?? [])],
          ...formatsOf('run').map((name): [string, string] => [name, formats[name].render(subject)]),
        ]);

        expect(leaksIn(texts, secrets)).toEqual([]);
        expect(events.length).toBeGreaterThan(5);
      }),
      { numRuns: 150 },
    );
  });
});
