import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Group, median, program, scratch, secondsOf, usageOf } from './figures.ts';
import { benchServer } from './server.ts';

const formats = ['text', 'markdown', 'html', 'json', 'junit', 'console', 'curl'];
/** Half a second, on a machine that starts Node in 85 ms. */
const goal = 0.5 / 0.085;

/** Each format of a report, as a process of its own. */
export const reports: Group = {
  title: 'Reports of a run of 2,000 writes',
  async *figures() {
    const { url, stop } = await benchServer();
    try {
      const [small, large] = [recorded(url, 2_000), recorded(url, 8_000)];
      const bare = median(Array.from({ length: 5 }, () => secondsOf(['-e', '0'])));
      for (const format of formats) {
        const times = Array.from({ length: 3 }, () => reportTime(small, format));
        const wall = median(times);
        yield {
          name: `${format}, beside node -e 0`,
          value: wall / bare,
          unit: '×',
          goal,
          note: `${wall.toFixed(2)} s; asked for 0.5 s`,
        };
      }
      const grown = formats.map((format) => reportTime(large, format) / (4 * reportTime(small, format)));
      yield {
        name: '8,000 writes, beside four times 2,000: the slowest format',
        value: Math.max(...grown),
        unit: '×',
        goal: 1.2,
      };
    } finally {
      stop();
    }
  },
};

interface Recorded {
  readonly directory: string;
  readonly run: string;
}

function recorded(url: string, writes: number): Recorded {
  const directory = scratch();
  const steps = Array.from(
    { length: writes },
    (_, index) => `  - { id: s${index}, on: es, call: PUT /index-${index}, keep: it is a bench }\n`,
  );
  writeFileSync(
    join(directory, 'writes-8.x.yaml'),
    `apiVersion: runbook/v1\nname: writes\nelasticsearch: 8.x\ntitle: Bench\nconnections: { es: { kind: elasticsearch } }\nsteps:\n${steps.join('')}`,
  );
  writeFileSync(
    join(directory, 'env.yaml'),
    `apiVersion: runbook/v1\nenvironment: bench\nconnections: { es: { url: '${url}' } }\n`,
  );
  const { code, stderr } = usageOf([program, 'exec', 'writes-8.x.yaml', '--env', 'env.yaml', '--no-cluster-lock'], {
    cwd: directory,
  });
  if (code !== 0) throw new Error(stderr.slice(0, 2_000));
  return { directory, run: readdirSync(join(directory, '.runbook', 'runs'))[0] ?? '' };
}

function reportTime({ directory, run }: Recorded, format: string): number {
  return secondsOf([program, 'report', run, '--format', format], directory);
}
