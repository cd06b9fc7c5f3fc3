import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, SendResult } from '../../src/engine/index.ts';
import type { Plan } from '../../src/plan/index.ts';
import { type FormatName, formats, formatsOf, linesOf, summaryText } from '../../src/report/index.ts';
import type { Json } from '../../src/text/index.ts';
import { runSubject } from '../report/bad-day.ts';
import { knownForms, leakIn, piecesOf } from '../secrets.ts';
import { planOf } from '../support.ts';
import { ok, runIn, type WorldRun } from './world.ts';

const environment = `
apiVersion: runbook/v1
environment: test
connections: { es: { url: 'http://127.0.0.1:9200' } }
inputs: { secret: { env: SECRET } }
`;

const head = `apiVersion: runbook/v1
name: test
elasticsearch: 7.10.x
title: A test
inputs: { secret: { type: string, secret: true } }
connections: { es: { kind: elasticsearch } }
steps:
`;

const read = '  - { id: read, on: es, call: GET /read, save: { name: name, list: list, n: n } }\n';

/** Places where a value is shown that a server or a runbook has put a secret into: steps, and what a server says. */
const places: readonly { readonly steps: string; readonly answer?: (text: string) => SendResult }[] = [
  // Seen values.
  { steps: 'call: GET /x, expect: { body: { name: { exists: false } } }' },
  { steps: 'call: GET /x, expect: { body: { list: { empty: true } } }' },
  { steps: "call: PUT /x, expect: { body: { '@': { exists: false, message: 'not {{steps.read.name}}' } } }" },
  { steps: 'call: GET /x, until: { name: { empty: true } }, every: 10s, timeout: 30s' },
  { steps: 'call: PUT /x, done_when: { call: GET /done, expect: { body: { list: { empty: true } } } }' },
  // Expected ones.
  { steps: "call: GET /x, expect: { body: { n: '{{steps.read.name}}' } }" },
  { steps: "call: GET /x, expect: { body: { n: { in: ['{{steps.read.name}}', b] } } }" },
  { steps: "call: GET /x, expect: { body: { n: { not: { not: { contains: '{{steps.read.name}}' } } } } }" },
  { steps: "call: GET /x, until: { n: { at_least: '{{steps.read.name}}' } }, every: 10s, timeout: 30s" },
  // Conditions.
  { steps: 'call: GET /x, when: { steps.read.name: other }' },
  { steps: "call: GET /x, when: { steps.read.n: '{{steps.read.name}}' }" },
  // What a template cannot do with a value.
  { steps: "call: GET /x, for_each: '{{steps.read.name}}'" },
  { steps: `call: PUT /x, body: { a: '{{join steps.read.name ","}}' }` },
  { steps: `call: PUT /x, body: { a: '{{join inputs.secret ","}}' }` },
  { steps: "call: PUT /x, body: { a: '{{choose steps.read.name 1 2}}' }" },
  { steps: "call: PUT /x, body: { a: '{{steps.read.name.deep}}' }" },
  { steps: "call: PUT /x, body: { a: 'x{{steps.read.list}}' }" },
  // The server's own words.
  {
    steps: 'call: PUT /x',
    answer: (text) => ok({ error: { type: text, reason: text, caused_by: { reason: text } } }, 400),
  },
  { steps: 'call: GET /x', answer: (text) => ok({ error: text }, 500) },
  { steps: "call: GET /x, expect: { body: { '@': { exists: false } } }", answer: (text) => ok(text) },
  { steps: 'call: PUT /x', answer: (text) => ({ kind: 'response', status: 200, body: {}, warnings: [text] }) },
  {
    steps: 'call: PUT /x',
    answer: (text) => ({ kind: 'no-response', sent: 'maybe', cause: 'network', message: text }),
  },
  // What a person is told and asked.
  { steps: "title: 'Do {{steps.read.name}}', confirm: 'Do {{steps.read.name}}?', call: PUT /x" },
  { steps: "note: 'It is {{steps.read.name}}'" },
  // A secret that only this response brings, and that is asserted before it is saved.
  { steps: 'call: GET /x, expect: { body: { name: { exists: true } } }, save: { s: { path: name, secret: true } }' },
  { steps: 'call: GET /x, expect: { body: { name: { exists: false } } }, save: { s: { path: name, secret: true } }' },
];

/** A secret of letters, with others between them that encodings change. */
const secrets = fc
  .array(fc.stringMatching(/^[A-Za-z0-9]{9}$/), { minLength: 2, maxLength: 30 })
  .chain((words) =>
    fc.constantFrom('', '/', '"', '\\', ' ', 'é', '<&', '+%', '\n', ',').map((between) => words.join(between)),
  );

/** What leaves the process: of the reports, one. */
function textsOf(plan: Plan, ended: WorldRun, format: FormatName) {
  const { events, summary, questions } = ended;
  const subject = runSubject(plan, ended);
  return new Map<string, string>([
    ['events', JSON.stringify(events)],
    ['lines', events.flatMap((event: Event) => [...linesOf(event), ...linesOf(event, true)]).join('\n')],
    ['summary', summaryText(summary, { run: 'r', head: 'h' })],
    ['questions', questions.join('\n')],
    [format, formats[format].render(subject)],
  ]);
}

const world = fc.record({
  secret: secrets,
  form: fc.constantFrom(...knownForms),
  // Near each length at which something is cut, and anywhere.
  offset: fc.oneof(
    fc
      .tuple(fc.constantFrom(60, 80, 200, 600, 1_000, 2_000, 4_000), fc.nat(320))
      .map(([cut, back]) => Math.max(0, cut - back)),
    fc.nat(4_500),
  ),
  after: fc.constantFrom('', 'y'.repeat(30), 'y'.repeat(5_000)),
  mode: fc.constantFrom('real' as const, 'dry' as const),
  format: fc.constantFrom(...formatsOf('run')),
});

type Shown = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** What leaves the process where a secret comes to one place. */
async function textsAt(
  { steps, answer }: (typeof places)[number],
  { secret, form, offset, after, mode, format }: Shown,
) {
  const step = steps.startsWith('note') ? steps : `on: es, ${steps}`;
  const plan = planOf(`${head}${read}  - { id: shows, ${step} }\n`, { environment, whole: true });
  const text = form('x'.repeat(offset), secret) + after;
  // Of a secret that a response brings, the redactor knows the value as it is there.
  const isKnown = !steps.includes('secret: true');
  const body: Json = { type: text, name: isKnown ? text : secret, list: [{ 'a key': [text] }], n: 1 };
  const ended = await runIn(plan, {
    mode,
    secrets: { secret: isKnown ? secret : 'another one' },
    answer: (call) => {
      if (call === 'GET /read') return ok(isKnown ? body : {});
      if (call === 'GET /done') return ok(body);
      return answer?.(text) ?? ok(isKnown ? body : { name: secret });
    },
  });
  return textsOf(plan, ended, format);
}

describe('a secret that stands where something is cut', () => {
  it.each(places)('is gone before: $steps', async (place) => {
    const plain = { secret: 'Sup3r-S3cret-Passw0rd', form: (_before: string, secret: string) => secret };
    const shown = await textsAt(place, { ...plain, offset: 0, after: '', mode: 'real', format: 'json' });
    // Where it is whole, it is shown as what it is: a place that shows nothing would prove nothing.
    expect([...shown.values()].join('\n')).toContain('‹secret');

    await fc.assert(
      fc.asyncProperty(world, async (values) => {
        expect(leakIn(await textsAt(place, values), piecesOf(values.secret))).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  it('is gone from the question whether a write in doubt took effect', async () => {
    const steps =
      '  - { id: a, on: es, call: PUT /x, done_when: { call: GET /x, expect: { body: { name: { exists: false } } } } }';
    const plan = planOf(`${head}${steps}\n`, { environment, whole: true });
    const first = await runIn(plan, { answer: () => ok({ name: 'n' }) });
    const intended = first.events.findIndex(({ type }) => type === 'write-intended');
    const journal = first.events.slice(0, intended + 1);
    await fc.assert(
      fc.asyncProperty(secrets, fc.constantFrom(...knownForms), fc.nat(300), async (secret, form, offset) => {
        const text = form('x'.repeat(offset), secret);
        const ended = await runIn(plan, { secrets: { secret }, journal, answer: () => ok({ error: text }, 500) });

        expect(ended.questions).toHaveLength(1);
        expect(
          leakIn(textsOf(plan, { ...ended, events: [...journal, ...ended.events] }, 'text'), piecesOf(secret)),
        ).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('is gone from what is said of the lock of somebody else', async () => {
    const plan = planOf(`${head}  - { id: a, on: es, call: PUT /x }\n`, { environment, whole: true });
    await fc.assert(
      fc.asyncProperty(secrets, fc.nat(300), async (secret, offset) => {
        const owner = 'x'.repeat(offset) + secret;
        const ended = await runIn(plan, {
          secrets: { secret },
          clusterLock: true,
          answer: (call) =>
            call.startsWith('PUT')
              ? ok({ error: { type: 'version_conflict_engine_exception', reason: owner } }, 409)
              : ok({ _seq_no: 1, _primary_term: 1, _source: { run: 'other', owner, heartbeat: owner } }),
        });

        expect(ended.summary.outcome).toBe('refused');
        expect(leakIn(textsOf(plan, ended, 'text'), piecesOf(secret))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('would be seen by this test', () => {
    const secret = 'Sup3r-S3cret-Passw0rd';
    const pieces = piecesOf(secret);
    expect(leakIn(new Map([['a', 'xxx Sup3r-S3 xxx']]), pieces)).toContain('a: ');
    expect(
      leakIn(new Map([['a', Buffer.from(`elastic:${secret}`).toString('base64').slice(0, 20)]]), pieces),
    ).toContain('a: ');
    expect(leakIn(new Map([['a', 'xxx Sup3r-S']]), pieces)).toBeUndefined();
  });
});
