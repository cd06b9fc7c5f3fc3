import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { formats, type Subject } from '../../src/report/index.ts';
import { lost, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';
import { badDayPlan, badDaySubject, hostileSubject, runSubject, worstDaySubject } from './bad-day.ts';
import { manyWrites } from './large.ts';

/** The schema that Jenkins goes by; it is stricter than others. */
const schema = readFileSync(new URL('junit-10.xsd', import.meta.url), 'utf8');
const steps = `  - { id: ask, title: Ask, on: es, confirm: Go on?, call: PUT /a }
  - { id: more, title: More, on: es, call: PUT /b, keep: a test }
`;

async function subjects(): Promise<Record<string, Subject>> {
  const bad = await badDaySubject();
  const plan = planOf(steps);
  const stopped = planOf('  - { id: a, on: es, call: PUT /a }\n  - { id: b, on: es, call: PUT /b }\n');
  const doubt = planOf('  - { id: a, on: es, call: PUT /a, on_unknown: suspend }\n');
  const events = bad.run?.events ?? [];
  return {
    'a bad day': bad,
    'the worst day': await worstDaySubject(),
    'a hostile one': await hostileSubject(),
    'a dry run': runSubject(badDayPlan, await runIn(badDayPlan, { mode: 'dry' })),
    'one that is not finished': runSubject(badDayPlan, { events: events.slice(0, 20) }),
    'one that has just begun': runSubject(badDayPlan, { events: events.slice(0, 1) }),
    'one that waits for a confirmation': runSubject(plan, await runIn(plan, { confirm: 'later' })),
    'one that was interrupted': runSubject(
      stopped,
      await runIn(stopped, { interruptedAt: ({ type }) => type === 'response' }),
    ),
    'one that is suspended': runSubject(doubt, await runIn(doubt, { answer: () => lost() })),
    'a long one': await manyWrites('at run time', 50),
  };
}

/** `name: kind` of each case that has not passed. */
function results(xml: string): string[] {
  return [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>(?:<(failure|error|skipped)( message="([^"]*)")?)/g)].map(
    ([, name = '', kind = '', , message = '']) => `${kind}: ${name}${kind === 'skipped' ? `: ${message}` : ''}`,
  );
}

describe('a run as JUnit', () => {
  let all: Record<string, Subject>;
  const xmlOf = (name: string) => formats.junit.render(all[name] as Subject);

  beforeAll(async () => {
    all = await subjects();
  });

  it('is valid by the schema of JUnit, whatever has happened', async () => {
    const xml = Object.keys(all).map((name) => ({
      fileName: `${name.replaceAll(' ', '-')}.xml`,
      contents: xmlOf(name),
    }));
    expect((await validateXML({ xml, schema })).errors).toEqual([]);
    // It is the schema that says so.
    const wrong = {
      fileName: 'wrong.xml',
      contents: xmlOf('a bad day').replace('<testsuites ', '<testsuites skipped="1" '),
    };
    expect((await validateXML({ xml: [wrong], schema })).valid).toBe(false);
  });

  it('has one failure for a cause, with all that is known of it, and skips what follows', () => {
    const xml = xmlOf('a bad day');

    expect(results(xml)).toEqual([
      'skipped: 2 maybe: PUT /maybe: skipped: steps.look.n is 2, needed: 7',
      'skipped: 3 swap: Swap 2 indices: follows from 3.3 restore',
      'failure: 3.3 restore: Restore it',
      'skipped: the run: failed: follows from 3.3 restore',
    ]);
    const [, message, text] = /<failure message="([^"]*)">([^<]*)</.exec(xml) ?? [];
    expect(message).toMatch(/^Ask the storage team\. — status: expected 2xx, actual 500/);
    expect(text?.split('\n')).toEqual([
      'Ask the storage team.',
      'POST /restore on es as recovery: 500 in 0 ms (runbook/run-1/restore)',
      'status: expected 2xx, actual 500',
      'the server says: repository_exception: ‹secret› \\u001b[31mis refused',
      'at test.yaml:21:9',
      '',
      'What was done about it:',
      '  3.4 open: Open it — done',
      '  rolled back: make',
    ]);
  });

  it('has a failure for each cause where there is more than one, and counts what it has', () => {
    const xml = xmlOf('the worst day');

    expect(results(xml)).toEqual([
      'error: 4 lost: Lose it',
      expect.stringMatching(/^skipped: 4\.e2 lost~evidence~2: Why: no failure by itself: FAILED: status/),
      'skipped: 5.1 never: Never sent: not reached: follows from 4 lost',
      'failure: 3.r1 unmake: Unmake it',
      'skipped: the run: intervention-required: follows from 4 lost',
    ]);
    expect(xml).toMatch(/<testsuites name="test\.yaml" tests="10" failures="1" errors="1" /);
  });

  it.each([
    ['one that is not finished', /^error: the run$/],
    ['one that waits for a confirmation', /^error: the run$/],
    ['one that was interrupted', /^error: the run$/],
    ['one that is suspended', /^error: 1 a: PUT \/a$/],
  ])('%s: is an error, and only one', (name, expected) => {
    const wrong = results(xmlOf(name)).filter((result) => !result.startsWith('skipped'));
    expect(wrong).toEqual([expect.stringMatching(expected)]);
  });

  it('says of what was not reached what has stopped the run', () => {
    expect(results(xmlOf('one that waits for a confirmation'))).toContain(
      'skipped: 2 more: More: not reached: the run waits for a confirmation',
    );
    expect(results(xmlOf('one that was interrupted'))).toContain(
      'skipped: 2 b: PUT /b: not reached: the run was interrupted',
    );
  });
});
