import { spawnSync } from 'node:child_process';
import type { Group } from './figures.ts';

/** How long one core works for a simulated world. */
export const simulation: Group = {
  title: 'Simulation',
  async *figures() {
    const { stdout } = spawnSync('npm', ['run', '--silent', 'simulate', '--', '--runs', '800', '--workers', '1'], {
      encoding: 'utf8',
    });
    const perSecond = Number(/(\d+) worlds per second and core/.exec(stdout)?.[1]);
    yield {
      name: 'a random world',
      value: 1_000 / perSecond,
      unit: 'ms',
      goal: 1,
      note: `${perSecond} worlds per second and core`,
    };
  },
};
