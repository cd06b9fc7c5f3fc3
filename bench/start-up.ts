import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Group, median, program, ratioOf, scratch, secondsOf, usageOf } from './figures.ts';

const environment = `apiVersion: runbook/v1
environment: lab
connections:
  source: { url: 'https://source.example:9200' }
  destination: { url: 'https://destination.example:9200', identities: { recovery: { auth: { bearer: { env: TOKEN } } } } }
inputs: { repository: { endpoint: http://oss.example, bucket: a-bucket, access_key_id: { env: KEY }, secret_access_key: { env: SECRET } } }
`;

const commands = [
  { args: ['--version'], goal: 1.3 },
  { args: ['--help'], goal: 1.3 },
  { args: ['validate', 'users-7.10'], goal: 2.5 },
  { args: ['plan', 'users-7.10', '--env', 'lab.yaml'], goal: 2.5 },
  { args: ['list'], goal: 2.5 },
];
const pairs = 15;

/** How long commands take to start, beside `node -e 0`. */
export const startUp: Group = {
  title: `Start-up, beside node -e 0 (medians of ${pairs} pairs)`,
  async *figures() {
    const directory = scratch();
    writeFileSync(join(directory, 'lab.yaml'), environment);
    const bare = () => secondsOf(['-e', '0'], directory);
    for (const { args, goal } of commands) {
      const taken = () => secondsOf([program, ...args], directory);
      // The first one leaves V8's cache behind.
      taken();
      yield { name: args.slice(0, 2).join(' '), value: ratioOf(pairs, taken, bare), unit: '×', goal };
    }
  },
};

/** The largest runbook that is read: 5 MB. */
export const largeFile: Group = {
  title: 'validate 5 MB of YAML',
  async *figures() {
    const directory = scratch();
    const step = (index: number) =>
      `  - { id: step-${index}, on: es, title: "Look at the index of ${index}", call: 'GET /logs-${index}/_settings', expect: { status: 200, body: { 'keys(@)': { length: 1 } } }, save: { names: 'keys(@)' } }\n`;
    let large =
      'apiVersion: runbook/v1\nname: large\nelasticsearch: 8.x\ntitle: Large\nconnections: { es: { kind: elasticsearch } }\nsteps:\n';
    for (let index = 0; large.length < 4_990_000; index++) large += step(index);
    writeFileSync(join(directory, 'large.yaml'), large);
    const bare = median(Array.from({ length: 5 }, () => secondsOf(['-e', '0'])));
    const { wall, peak } = usageOf([program, 'validate', 'large.yaml'], { cwd: directory });
    yield {
      name: 'time, beside node -e 0',
      value: wall / bare,
      unit: '×',
      note: `${wall.toFixed(1)} s; asked for 5 s`,
    };
    yield { name: 'memory', value: peak, unit: 'MB', goal: 400 };
  },
};
