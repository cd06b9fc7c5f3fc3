import { spawnSync } from 'node:child_process';
import type { Figure, Group } from './figures.ts';

/** How long one core works for a simulated world. */
export const simulation: Group = {
  title: 'Simulation',
  async *figures() {
    yield worlds('a random world', '--runs', '800');
    yield worlds('a world of a single fault', '--exhaustive', '--scenario', 'prepare-users-7.10 role=reader');
  },
};

function worlds(name: string, ...which: string[]): Figure {
  const { stdout } = spawnSync('npm', ['run', '--silent', 'simulate', '--', ...which, '--workers', '1'], {
    encoding: 'utf8',
  });
  const perSecond = Number(/(\d+) worlds per second and core/.exec(stdout)?.[1]);
  return { name, value: 1_000 / perSecond, unit: 'ms', goal: 1, note: `${perSecond} worlds per second and core` };
}
