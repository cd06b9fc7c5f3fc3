// How long commands take to start, as ratios to `node -e 0` in one run: medians of pairs, so that a slow machine does not matter.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';

const runs = 15;
const program = resolve('dist/runbook.js');
const directory = mkdtempSync(join(tmpdir(), 'runbook-bench-'));
writeFileSync(
  join(directory, 'lab.yaml'),
  `apiVersion: runbook/v1
environment: lab
connections:
  source: { url: 'https://source.example:9200' }
  destination: { url: 'https://destination.example:9200', identities: { recovery: { auth: { bearer: { env: TOKEN } } } } }
inputs: { repository: { endpoint: http://oss.example, bucket: a-bucket, access_key_id: { env: KEY }, secret_access_key: { env: SECRET } } }
`,
);
const seconds = (args: readonly string[]): number => {
  const start = performance.now();
  execFileSync(process.execPath, args, { cwd: directory, stdio: 'ignore' });
  return performance.now() - start;
};
const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const commands = {
  '--help': [program, '--help'],
  'validate users-7.10': [program, 'validate', 'users-7.10'],
  'plan users-7.10': [program, 'plan', 'users-7.10', '--env', 'lab.yaml'],
};
console.log(`Start-up, as a multiple of bare Node (medians of ${runs} pairs):`);
for (const [name, args] of Object.entries(commands)) {
  const ratios = Array.from({ length: runs }, () => {
    const bare = seconds(['-e', '0']);
    return seconds(args) / bare;
  });
  console.log(`  ${name.padEnd(24)} ${median(ratios)?.toFixed(2)}`);
}

/** The largest runbook that is read: 5 MB. */
const step = (index: number) =>
  `  - { id: step-${index}, on: es, title: "Look at the index of ${index}", call: 'GET /logs-${index}/_settings', expect: { status: 200, body: { 'keys(@)': { length: 1 } } }, save: { names: 'keys(@)' } }\n`;
let large =
  'apiVersion: runbook/v1\nname: large\nelasticsearch: 8.x\ntitle: Large\nconnections: { es: { kind: elasticsearch } }\nsteps:\n';
for (let index = 0; large.length < 4_990_000; index++) large += step(index);
writeFileSync(join(directory, 'large.yaml'), large);
const report =
  "data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))";
const started = performance.now();
const { stderr } = spawnSync(process.execPath, ['--import', report, program, 'validate', 'large.yaml'], {
  cwd: directory,
  encoding: 'utf8',
});
const took = (performance.now() - started) / 1_000;
const peak = Number(/peak (\d+)/.exec(stderr)?.[1]) / 1_000;
const bare = median(Array.from({ length: 5 }, () => seconds(['-e', '0']))) ?? 0;
console.log(
  `validate ${(large.length / 1e6).toFixed(1)} MB of YAML    ${took.toFixed(1)} s (to reach: 5), ${((1_000 * took) / bare).toFixed(0)}× bare Node, ${peak.toFixed(0)} MB (to reach: 400)`,
);
