import { canonicalJson, type Plan } from '../../src/plan/index.ts';
import { reportOf, type Subject } from '../../src/report/index.ts';
import { hashOf } from '../../src/runs/index.ts';
import { lost, ok, runIn, type WorldRun } from '../engine/world.ts';
import { planOf } from '../support.ts';

/** A run with a bit of everything: a poll, a write that is lost and read back, a refusal, always, rollback, a skip. */
export const badDayPlan =
  planOf(`  - { id: look, title: Look, on: es, call: GET /look, expect: { body: { n: { at_least: 1 } } }, save: { n: n } }
  - { id: maybe, on: es, when: { steps.look.n: 7 }, call: PUT /maybe }
  - id: swap
    title: Swap {{steps.look.n}} indices
    on: es
    as: recovery
    disruptive: true
    steps:
      - { id: make, title: Make it, call: PUT /made, query: { wait: true }, body: { key: '{{inputs.key}}' }, done_when: { call: GET /made, expect: { status: 200 } }, rollback: [{ id: unmake, title: Unmake it, call: DELETE /made }] }
      - { id: ready, title: It is ready, call: GET /ready, until: { state: OK }, every: 1s }
      - { id: restore, title: Restore it, call: POST /restore, undone_by: open, expect: { message: Ask the storage team. } }
    always:
      - { id: open, title: Open it, call: POST /open }
`);

export async function badDay() {
  let isMade = false;
  return runIn(badDayPlan, {
    answer: (call, count) => {
      switch (call) {
        case 'GET /look':
          return ok({ n: 2 });
        case 'PUT /made':
          isMade = true;
          return lost();
        case 'DELETE /made':
          isMade = false;
          return ok();
        case 'GET /made':
          return isMade ? ok() : ok({ error: { type: 'missing', reason: 'no such thing' } }, 404);
        case 'GET /ready':
          return {
            kind: 'response',
            status: 200,
            body: { state: count < 2 ? 'BUSY' : 'OK' },
            warnings: ['this API is deprecated'],
          };
        case 'POST /restore':
          return ok({ error: { type: 'repository_exception', reason: 'the-secret-key \u001b[31mis refused' } }, 500);
        default:
          return ok();
      }
    },
  });
}

/** A plan as a report takes it. */
export function planSubject(plan: Plan): Subject {
  const bytes = canonicalJson(plan);
  return { plan, id: hashOf(bytes), bytes };
}

/** A run as a report takes it. */
export function runSubject(plan: Plan, { events }: Pick<WorldRun, 'events'>): Subject {
  const report = reportOf(plan, events, { head: 'e3b0c44298fc1c14', events: events.length });
  return { ...planSubject(plan), run: { report, events } };
}

/** The bad day with its plan. */
export async function badDaySubject(): Promise<Subject> {
  return runSubject(badDayPlan, await badDay());
}

const worstDayPlan = planOf(`  - { id: kept, title: Keep it, on: es, call: PUT /kept, keep: it is the only copy }
  - { id: stays, title: Write it, on: es, call: PUT /stays }
  - id: make
    title: Make it
    on: es
    call: PUT /made
    rollback: [{ id: unmake, title: Unmake it, call: DELETE /made }]
  - id: lost
    title: Lose it
    on: es
    call: PUT /lost
    done_when: { call: GET /lost, expect: { body: { found: true } } }
    evidence:
      - { title: The shards that are missing, call: GET /shards, save: { missing: missing } }
      - { title: Why, call: GET /why }
  - id: after
    title: What comes after
    on: es
    steps:
      - { id: never, title: Never sent, call: PUT /never }
`);

/** A run after which nothing is as it should be: an unknown outcome with evidence, and something left, kept, and not rolled back. */
export async function worstDaySubject(): Promise<Subject> {
  const ended = await runIn(worstDayPlan, {
    answer: (call, count) => {
      if (call === 'PUT /lost') return lost();
      if (call === 'GET /lost' && count === 1) return ok({ found: false });
      if (call === 'GET /lost') return ok({ error: { type: 'shards', reason: 'no shard available' } }, 503);
      if (call === 'GET /shards') return ok({ missing: ['[orders][3]'] });
      if (call === 'GET /why') return ok({ error: { type: 'gone', reason: 'nobody knows' } }, 404);
      if (call === 'DELETE /made') return ok({ error: { type: 'read_only', reason: 'blocked by an admin' } }, 403);
      return ok();
    },
  });
  return runSubject(worstDayPlan, ended);
}

/** Markup, escape sequences and hidden directions, wherever a runbook or a server can put a text. */
export const hostile = `</script></style>-->]]><script>alert(1)</script><img src=x onerror=alert(2)>" onload="alert(3) ' \u001b[31m\u202e\u2028 \`$(touch pwned)\` \${IFS} ::error::x @all [a](javascript:alert(4)) <!-- | # %0A #1 GH-2 !3 www.evil.example \u200b\u2067\ufeff\u{e0041} ##[error]x`;

const inYaml = JSON.stringify(hostile);

/** A runbook whose every text is hostile, and a run of it in which the servers are hostile, too. */
export async function hostileSubject(): Promise<Subject> {
  const plan = planOf(`
  - id: look
    title: ${inYaml}
    on: es
    call: GET /look
    query: { ${inYaml}: ${inYaml} }
    headers: { x-hostile: ${JSON.stringify(hostile.replace(/[^\x20-\x7e]/g, ''))} }
    expect: { body: { name: { not: ${inYaml}, message: ${inYaml} } } }
    save: { name: name }
  - id: make
    title: ${inYaml}
    confirm: ${inYaml}
    on: es
    call: 'GET /{{steps.look.name}}/_search'
    body: { ${inYaml}: [${inYaml}, '{{steps.look.name}}'] }
  - { id: note, note: ${inYaml} }
  - id: write
    on: es
    call: PUT /write
    body: { ${inYaml}: ${inYaml} }
    rollback: [{ id: unwrite, title: ${inYaml}, call: DELETE /write }]
  - { id: fails, on: es, call: GET /fails, expect: { message: ${inYaml} } }
`);
  const ended = await runIn(plan, {
    answer: (call) => {
      if (call === 'GET /look')
        return { kind: 'response', status: 200, body: { name: `a-${hostile}` }, warnings: [hostile] };
      if (call === 'GET /fails') return ok({ error: { type: hostile, reason: hostile } }, 500);
      return ok({ name: hostile });
    },
  });
  return runSubject(plan, ended);
}
