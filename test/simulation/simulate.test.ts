import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Faults, isDeath, noFaults, parseFaults, printFaults } from './faults.ts';
import { falsePredictions } from './predictions.ts';
import { randomFrom } from './random.ts';
import { scenarios } from './scenarios.ts';
import { type Ending, simulate } from './simulate.ts';
import { baselineOf, singleFaults } from './worlds.ts';

/** `npm run simulate -- …`, as a person calls it. */
function simulation(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'simulate', '--', ...args], {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  });
  return { status, stdout, stderr };
}

/** What is sealed is another text each time, and so are the hashes of the lines that hold it. */
function comparable(ending: Ending) {
  const plain = (text: string) => text.replace(/"(previous|sealed)":("[^"]*"|\{[^}]*\})/g, '"$1":""');
  const { events, summary, journal, ...rest } = ending;
  const parts = { events: JSON.stringify(events), summary: JSON.stringify(summary), journal };
  // Of the events before a death nothing but their number is left.
  return { ...rest, records: 0, sends: 0, parts: Object.values(parts).map(plain) };
}

describe('the bundled runbooks in simulated worlds', () => {
  it('keep every promise after any single fault, at every call and every event', () => {
    const { status, stdout, stderr } = simulation('--exhaustive');
    expect(stderr).toBe('');
    expect(stdout).toContain('violations   0\n');
    expect(Number(/^worlds {7}(\d+)/.exec(stdout)?.[1])).toBeGreaterThan(15_000);
    expect(status).toBe(0);
  });

  it('keep every promise after several faults', () => {
    const { status, stdout } = simulation('--runs', '4000', '--seed', '1');
    expect(stdout).toMatch(/^worlds {7}4000 in .* worlds per second and core/);
    expect(stdout).toContain('violations   0\n');
    expect(status).toBe(0);
  });

  it.each(['no-write-ahead', 'no-always', 'no-read-back'])(
    'break them with %s, and the world that shows it can be made again',
    (sabotage) => {
      const { status, stdout } = simulation('--runs', '600', '--sabotage', sabotage);
      expect(status).toBe(1);
      const again = /again: npm run simulate -- (.*)/.exec(stdout)?.[1] ?? '';

      const once = simulation(...again.split(' '));
      const twice = simulation(...again.split(' '));

      expect(once.status).toBe(1);
      expect(once.stdout).toMatch(/violations {3}[1-9]/);
      expect(twice.stdout).toBe(once.stdout);
      // The same world without the sabotage keeps them.
      expect(simulation(...again.replace(` --sabotage ${sabotage}`, '').split(' ')).status).toBe(0);
    },
  );

  it.each(['no-write-ahead', 'no-read-back'])('break them after one fault with %s', (sabotage) => {
    const { stdout } = simulation(
      '--exhaustive',
      '--scenario',
      'prepare-users-7.10 role=reader',
      '--sabotage',
      sabotage,
    );
    expect(stdout).toMatch(/violations {3}[1-9]/);
  });

  it.each(scenarios().map((scenario) => [scenario.name, scenario] as const))(
    'are predicted by a dry run: %s',
    async (_, scenario) => {
      const dry = await simulate(scenario, noFaults, randomFrom(0), { mode: 'dry' });
      const real = await simulate(scenario, noFaults, randomFrom(0));
      expect(dry.summary?.outcome).toBe('done');
      expect(falsePredictions(scenario, dry, real)).toEqual([]);
    },
  );

  it('are run once where another fault cannot make a difference', async () => {
    const [scenario] = scenarios();
    if (!scenario) throw new Error('there is no scenario');
    const baseline = await baselineOf(scenario);
    const { sends, records } = baseline.recording.ending;
    const run = [...singleFaults(baseline)].map(printFaults);
    const journalAfter = async (faults: string) =>
      (await simulate(scenario, parseFaults(faults), randomFrom(1))).journal;
    const stands: [left: string, instead: string][] = [
      ...sends.flatMap(({ changed }, at): [string, string][] =>
        changed ? [] : [[`reset-after@${at}`, `reset-before@${at}`]],
      ),
      ...records.flatMap(({ outside, asked }, at) => [
        ...(outside === records[at - 1]?.outside
          ? [[`die-before#${at}`, `die-after#${at - 1}`] satisfies [string, string]]
          : []),
        ...(asked === records[at - 1]?.asked ? [[`signal#${at - 1}`, `signal#${at}`] satisfies [string, string]] : []),
      ]),
      ...sends.flatMap(({ misfortunes }, at): [string, string][] =>
        misfortunes.length === 0 ? [[`partial@${at}`, '']] : [],
      ),
    ];
    expect(stands.length).toBeGreaterThan(100);
    for (const [left, instead] of stands.filter((_one, index) => index % 7 === 0)) {
      expect(run).not.toContain(left);
      expect([left, await journalAfter(left)]).toEqual([left, await journalAfter(instead)]);
    }
  });

  it.each(scenarios().map((scenario) => [scenario.name, scenario] as const))(
    'end with what the recording has of them as they do without it: %s',
    async (_, scenario) => {
      const baseline = await baselineOf(scenario);
      // Of some events in a row all deaths: what is run once after several of them is among these.
      const isSampled = ({ records }: Faults, index: number) =>
        index % 61 === 0 || [...records].some(([at, fault]) => isDeath(fault) && at % 33 < 3);
      for (const faults of [...singleFaults(baseline)].filter(isSampled)) {
        const quick = await simulate(scenario, faults, randomFrom(1), {}, baseline.recording);
        const whole = await simulate(scenario, faults, randomFrom(1));
        expect(comparable(quick)).toEqual(comparable(whole));
      }
    },
  );

  it('are all there', () => {
    const { stderr } = simulation('--scenario', 'none');
    for (const name of ['users-7.10', 'users-8.5', 'users-merge-7.10', 'visualizations-7.10', 'visualizations-8.5'])
      expect(stderr).toContain(name);
    for (const name of ['visualizations-copy-7.10', 'prepare-users-7.10', 'prepare-visualizations-7.10 on 8.5.3'])
      expect(stderr).toContain(name);
  });
});
