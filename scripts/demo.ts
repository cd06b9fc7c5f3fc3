// `npm run demo`: copies users from 7.10 to 9.5 through the API, then runs the bundled runbooks of the procedure on 7.10 and on
// 8.5, from the steps that prepare it to the assertions at the end: each in a sandbox. Needs nothing but Node.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = 'demo';
const failed: string[] = [];

/** Starts the program, and shows how. */
function runbook(args: readonly string[], stdout: 'pipe' | 'inherit') {
  console.log(`\n$ runbook ${args.join(' ')}\n`);
  return spawn(process.execPath, [join('dist', 'runbook.js'), ...args], { stdio: ['inherit', stdout, 'inherit'] });
}

/** Executes runbooks, one after the other, in a sandbox of these versions. */
async function demo(versions: readonly [string, string?], runbooks: readonly (readonly string[])[]): Promise<void> {
  const [version, destination] = versions;
  const other = destination === undefined ? [] : ['--destination-version', destination];
  const sandbox = runbook(['sandbox', '--folder', folder, '--version', version, ...other], 'pipe');
  if (sandbox.stdout) for await (const line of createInterface(sandbox.stdout)) if (line.includes('Ctrl-C')) break;
  sandbox.stdout?.resume();
  for (const [name = '', ...confirm] of runbooks) {
    const env = join(folder, `sandbox-${versions.join('-to-')}.yaml`);
    const [code] = await once(runbook(['exec', name, '--env', env, ...confirm], 'inherit'), 'close');
    if (code !== 0) failed.push(`${name} with ${env}: exit code ${code}`);
  }
  sandbox.kill('SIGTERM');
}

rmSync(folder, { recursive: true, force: true });
await demo(['7.10', '9.5'], [['users-copy']]);
for (const version of ['7.10', '8.5']) {
  // users is the last one: afterwards the destination's own credentials are gone.
  const replacing = ['visualizations', 'users'].map((name) => [name, '--confirm', 'replace/swap']);
  await demo([version], [['prepare-users'], ['prepare-visualizations'], ...replacing]);
}
console.log(
  failed.length === 0
    ? '\nEverything is done: users were copied from 7.10 to 9.5, users and visualizations restored on 7.10 and on 8.5.'
    : `\nFAILED\n${failed.join('\n')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
