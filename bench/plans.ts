import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Group, median, program, scratch, secondsOf, usageOf } from './figures.ts';

const step = (index: number) =>
  `  - { id: step-${index}, on: es, title: Look at ${index}, call: 'GET /logs-${index}/_settings', expect: { status: 200, body: { 'keys(@)': { length: 1 } } } }\n`;

/** Plans of many steps: time and memory grow with them, and with nothing else. */
export const largePlans: Group = {
  title: 'Plans of many steps',
  async *figures() {
    const directory = scratch();
    writeFileSync(
      join(directory, 'lab.yaml'),
      "apiVersion: runbook/v1\nenvironment: lab\nconnections: { es: { url: 'http://es:9200' } }\n",
    );
    // As a file, 100,000 of them are more than a runbook may have: a loop has as many.
    const head = (name: string) =>
      `apiVersion: runbook/v1\nname: ${name}\nelasticsearch: 8.x\ntitle: Large\nconnections: { es: { kind: elasticsearch } }\nsteps:\n`;
    const loop = (count: number) =>
      `  - { id: look, for_each: [${Array.from({ length: count }, (_, index) => index).join(', ')}], on: es, call: 'GET /logs-{{item}}/_settings', expect: { status: 200 } }\n`;
    const files = {
      'steps-8.x': head('steps') + Array.from({ length: 10_000 }, (_, index) => step(index)).join(''),
      'few-8.x': head('few') + loop(10_000),
      'many-8.x': head('many') + loop(100_000),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, `${name}.yaml`), text);
    const bare = median(Array.from({ length: 5 }, () => secondsOf(['-e', '0'])));
    const planned = (name: string) => {
      const usage = usageOf([program, 'plan', `${name}.yaml`, '--env', 'lab.yaml', '--format', 'json'], {
        cwd: directory,
      });
      if (usage.code !== 0) throw new Error(usage.stderr.slice(0, 2_000));
      return usage;
    };
    const { wall, peak } = planned('steps-8.x');
    yield {
      name: '10,000 steps, beside node -e 0',
      value: wall / bare,
      unit: '×',
      goal: 30,
      note: `${wall.toFixed(1)} s`,
    };
    yield { name: '10,000 steps, memory', value: peak, unit: 'MB', goal: 300 };
    const few = planned('few-8.x');
    const many = planned('many-8.x');
    const note = `${few.wall.toFixed(1)} s and ${many.wall.toFixed(1)} s`;
    yield {
      name: '100,000 iterations, beside ten times 10,000',
      value: many.cpu / (10 * few.cpu),
      unit: '×',
      goal: 1.2,
      note,
    };
  },
};

/** Many small files at once, beside the checker of JSON Schemas in Python. */
export const manyFiles: Group = {
  title: 'validate 1,000 files of 30 lines',
  async *figures() {
    const directory = scratch();
    const lines = Array.from(
      { length: 23 },
      (_, index) => `  - { id: s${index}, on: es, call: 'GET /logs-${index}' }\n`,
    );
    const names = Array.from({ length: 1_000 }, (_, index) => `r${index}`);
    for (const name of names)
      writeFileSync(
        join(directory, `${name}-8.x.yaml`),
        `apiVersion: runbook/v1\nname: ${name}\nelasticsearch: 8.x\ntitle: One of many\nconnections:\n  es: { kind: elasticsearch }\nsteps:\n${lines.join('')}`,
      );
    const files = names.map((name) => `${name}-8.x.yaml`);
    const { wall, code, stdout } = usageOf([program, 'validate', ...files], { cwd: directory });
    if (code !== 0) throw new Error(stdout.slice(0, 2_000));
    const peer = checkerSeconds(directory, files);
    yield {
      name: 'beside check-jsonschema',
      value: peer === undefined ? wall : wall / peer,
      unit: peer === undefined ? 's' : '×',
      ...(peer === undefined ? {} : { goal: 0.2 }),
      note: `${wall.toFixed(1)} s; check-jsonschema ${peer === undefined ? 'cannot be fetched here' : `${peer.toFixed(1)} s`}`,
    };
  },
};

/** How long the peer takes for the same files and the same schema; undefined where this machine cannot fetch it. */
function checkerSeconds(directory: string, files: readonly string[]): number | undefined {
  const target = join(directory, 'peer');
  const python = (args: readonly string[]) =>
    execFileSync('python3', args, { cwd: directory, stdio: 'ignore', env: { ...process.env, PYTHONPATH: target } });
  try {
    python(['-m', 'pip', 'install', '--quiet', '--target', target, 'check-jsonschema==0.37.4']);
  } catch {
    return undefined;
  }
  const schema = join(process.cwd(), 'schemas', 'runbook.v1.schema.json');
  const started = performance.now();
  python(['-m', 'check_jsonschema', '--schemafile', schema, ...files]);
  return (performance.now() - started) / 1_000;
}
