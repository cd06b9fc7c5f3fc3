import type { Event } from '../../src/engine/index.ts';
import type { Plan } from '../../src/plan/index.ts';
import { summaryLines } from '../../src/report/index.ts';
import { type Line, laidOut, type Sheet } from '../../src/report/live/line.ts';
import { liveView } from '../../src/report/live/live-view.ts';
import { type lost, ok, runIn, until, type WorldRun } from '../engine/world.ts';
import { planOf } from '../support.ts';

/** A swap with all that a terminal has to show: skips, a comparison, a loop, a close, a poll, evidence, a rollback. */
export const swapPlan = planOf(`
  - { id: look, title: Look at the cluster, on: es, call: GET /look, save: { n: n } }
  - { id: maybe, on: es, when: { steps.look.n: 7 }, call: PUT /maybe }
  - id: role
    title: The role of the migration
    on: es
    call: PUT /role
    keep: It changes nothing by itself.
    unchanged_when: { call: GET /role, expect: { status: 200 } }
  - id: nothing
    title: Nothing to do in here
    steps:
      - { id: never, on: es, when: { steps.look.n: 7 }, call: PUT /never }
      - { id: neither, on: es, when: { steps.look.n: 7 }, call: PUT /neither }
  - id: copy
    title: Copy the documents of every index
    on: es
    steps:
      - { id: document, title: 'Copy {{item}}', for_each: ['{{steps.look.n}}', b], call: 'PUT /copy/{{item}}', rollback: [{ id: uncopy, title: 'Delete {{item}}', call: 'DELETE /copy/{{item}}' }] }
  - id: swap
    title: Close, restore and open the system indices of the destination
    on: es
    as: recovery
    disruptive: true
    steps:
      - { id: close, title: Close the indices, call: 'POST /.kibana_1,.security-7/_close', expect: { body: { acknowledged: true } }, undone_by: open }
      - id: restore
        title: Restore the indices
        call: POST /_snapshot/r/s/_restore
        undone_by: open
        expect: { message: Ask the storage team. }
        done_when: { call: GET /restored, expect: { status: 200 } }
      - id: deep
        title: The restore is complete
        steps:
          - id: inner
            title: In every detail
            steps:
              - id: restored
                title: No shard is missing
                call: GET /_cluster/state
                until: { state: DONE }
                waiting: the restore of "s" to end
                every: 10s
                timeout: 30s
                evidence: [{ title: The shards that are missing, call: GET /shards, save: { shards: missing } }]
    always:
      - { id: open, title: Open the indices, call: 'POST /.kibana_1,.security-7/_open' }
  - { id: check, title: Every document is there, on: es, call: GET /check }
`);

/** How a server responds in one story: a call → its response, and the others well. */
type Answers = (call: string, count: number) => ReturnType<typeof ok> | ReturnType<typeof lost> | undefined;

const well: Answers = (call, count) => {
  switch (call) {
    case 'GET /look':
      return ok({ n: 'a' });
    case 'GET /role':
      return ok();
    case 'GET /restored':
      return ok({}, 404);
    case 'GET /_cluster/state':
      return ok({ state: count < 3 ? 'STARTED' : 'DONE' });
    case 'GET /shards':
      return ok({ missing: [{ index: '.security-7', shard: 0, stage: 'INDEX' }] });
    default:
      return ok({ acknowledged: true });
  }
};

const refused = ok(
  { error: { type: 'repository_exception', reason: '[r] the bucket is the-secret-key, and gone' } },
  500,
);

/** A run as it is told on a terminal. */
interface Story {
  readonly plan: Plan;
  readonly run: WorldRun;
  readonly mode?: 'dry';
  /** What earlier processes have recorded. */
  readonly before?: readonly Event[];
}

const answering =
  (own: Answers = () => undefined) =>
  (call: string, count: number) =>
    own(call, count) ?? well(call, count) ?? ok();

/** Each way in which a run may go. */
export const stories = {
  success: async (): Promise<Story> => ({ plan: swapPlan, run: await runIn(swapPlan, { answer: answering() }) }),
  failure: async (): Promise<Story> => ({
    plan: swapPlan,
    run: await runIn(swapPlan, { answer: answering((call) => (call.endsWith('_restore') ? refused : undefined)) }),
  }),
  'time-out': async (): Promise<Story> => ({
    plan: swapPlan,
    run: await runIn(swapPlan, {
      answer: answering((call) => (call === 'GET /_cluster/state' ? ok({ state: 'STARTED' }) : undefined)),
    }),
  }),
  interruption: async (): Promise<Story> => ({
    plan: swapPlan,
    run: await runIn(swapPlan, {
      answer: answering(),
      interruptedAt: (event) => event.type === 'waiting',
    }),
  }),
  suspension: async (): Promise<Story> => ({
    plan: swapPlan,
    run: await runIn(swapPlan, { answer: answering(), confirm: 'later' }),
  }),
  resume: async (): Promise<Story> => {
    const first = await runIn(swapPlan, { answer: answering() });
    const before = until(first.events, (event) => event.type === 'write-intended' && event.step === 'restore');
    const run = await runIn(swapPlan, {
      journal: before,
      now: Date.UTC(2026, 0, 1, 0, 5),
      answer: answering((call) => (call === 'GET /restored' ? ok() : undefined)),
    });
    return { plan: swapPlan, run, before };
  },
  'resume-of-a-failure': async (): Promise<Story> => {
    const failed = await stories.failure();
    const before = until(failed.run.events, (event) => event.type === 'write-intended' && event.step === 'open');
    const run = await runIn(swapPlan, { journal: before, answer: answering() });
    return { plan: swapPlan, run, before };
  },
  rollback: async (): Promise<Story> => {
    const first = await runIn(swapPlan, { answer: answering() });
    const run = await runIn(swapPlan, { journal: first.events, rollback: 'now', answer: answering() });
    return { plan: swapPlan, run, before: first.events };
  },
  'failed-rollback': async (): Promise<Story> => ({
    plan: swapPlan,
    run: await runIn(swapPlan, {
      answer: answering((call) => (call.endsWith('_restore') || call.startsWith('DELETE') ? refused : undefined)),
    }),
  }),
  'dry-run': async (): Promise<Story> => ({
    plan: swapPlan,
    run: await runIn(swapPlan, { mode: 'dry', answer: answering() }),
    mode: 'dry',
  }),
};

/** While one of these is the last event, the part that is drawn again is told, as it is three seconds later. */
const telling = new Set(['write-intended', 'waiting']);

/** A story as it is on a screen; what is drawn again stands behind a bar. */
export function screenOf(
  { plan, run, mode = 'real' as 'dry', before = [] }: Story,
  sheet: Sheet,
  isVerbose = false,
): string {
  const view = liveView(plan, { mode, isVerbose, before });
  const lay = (lines: readonly Line[]) => lines.flatMap((line) => laidOut(line, sheet).split('\n'));
  const screen = run.events.flatMap((event) => {
    const stays = lay(view.show(event));
    if (!telling.has(event.type)) return stays;
    return [...stays, ...lay(view.now(Date.parse(event.at) + 3_000)).map((line) => `│ ${line}`)];
  });
  const end = summaryLines(run.summary, { run: 'run-1', head: 'e3b0c4', took: 'took 12 s', isTold: view.isTold });
  return `${[...screen, '', ...lay(end)].join('\n')}\n`;
}
