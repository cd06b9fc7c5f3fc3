import { callsBehind, mayBeOne, stepsFor } from './calls-behind.ts';
import { atCall, callsIn, type Lint, writtenCall } from './lint.ts';

/** What is stopped for an operation is started again, however that ends. */
export const stoppedPartsAreStarted: Lint = {
  code: 'stop-without-start',
  title: 'this stops a part of the cluster, and no "always" around this step starts it again',
  reason:
    'A run that fails or is interrupted in between leaves it so, and nothing fails at once: without allocation a node that is lost is not replaced, without ILM disks fill up, without SLM no snapshots are taken, in upgrade mode no machine learning job runs.',
  fix: 'Put the step into a block whose always: starts it again: POST /_ilm/start, enabled: false for the upgrade mode. A setting is put back in the same scope (persistent or transient) to what it was, or to null.',
  example: {
    wrong:
      '- id: stop-allocation\n  on: destination\n  call: PUT /_cluster/settings\n  body: { persistent: { cluster.routing.allocation.enable: primaries } }',
    right:
      '- id: restart\n  on: destination\n  steps:\n    - id: stop-allocation\n      call: PUT /_cluster/settings\n      body: { persistent: { cluster.routing.allocation.enable: primaries } }\n      undone_by: allocate\n  always:\n    - id: allocate\n      call: PUT /_cluster/settings\n      body: { persistent: { cluster.routing.allocation.enable: null } }',
  },
  find: (file) =>
    callsIn(file)
      .filter(({ place }) => place === 'steps')
      .filter((call) => {
        const { on, kind } = call;
        const stopped = kind.pitfalls?.switches(writtenCall(call)).filter(({ to }) => to === 'off') ?? [];
        if (stopped.length === 0) return false;
        const started = callsBehind(stepsFor('always', call, file), file)
          .filter((one) => mayBeOne(on, one.on))
          .flatMap((one) => kind.pitfalls?.switches(writtenCall(one)) ?? [])
          .filter(({ to }) => to === 'on');
        return !stopped.every(({ name }) => started.some((one) => one.name === name));
      })
      .map(atCall),
};
