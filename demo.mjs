// `npm run demo`: copies users from 7.10 to 9.5 through the API, then starts the sandbox of 7.10 and of 8.5 and runs the bundled
// runbooks of the procedure in it, from the steps that prepare it to the assertions at the end. Needs nothing but Node.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const program = join('dist', 'runbook.js');
const folder = 'demo';
rmSync(folder, { recursive: true, force: true });

/** Runs the program; gives its exit code. */
function runbook(...args) {
  console.log(`\n$ runbook ${args.join(' ')}\n`);
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  return new Promise((resolve) => child.once('close', resolve));
}

/** Starts a sandbox; resolves with its process once it is up. */
function sandbox(version, ...more) {
  const child = spawn(process.execPath, [program, 'sandbox', '--version', version, '--folder', folder, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Ctrl-C ends it')) resolve(child);
    });
    child.once('close', (code) => reject(new Error(`the sandbox ended with ${code} before it was up`)));
  });
}

const failed = [];

console.log(
  '\nTwo clusters of this machine, the source of 7.10 and the destination of 9.5: users are copied through the API.',
);
const copying = await sandbox('7.10', '--destination-version', '9.5');
const copied = await runbook('exec', 'users-copy', '--env', join(folder, 'sandbox-7.10-to-9.5.yaml'));
if (copied !== 0) failed.push(`users-copy from 7.10 to 9.5: exit code ${copied}`);
copying.kill('SIGTERM');

for (const version of ['7.10', '8.5']) {
  console.log(`\nThe sandbox of Elasticsearch ${version}: two clusters, a bucket and Kibana on this machine.`);
  const world = await sandbox(version);
  const env = join(folder, `sandbox-${version}.yaml`);
  // users is the last one: afterwards the destination's own logins are gone.
  for (const name of ['prepare-users', 'prepare-visualizations', 'visualizations', 'users']) {
    const confirm = name.startsWith('prepare') ? [] : ['--confirm', 'replace/swap'];
    const code = await runbook('exec', name, '--env', env, ...confirm);
    if (code !== 0) failed.push(`${name} on ${version}: exit code ${code}`);
  }
  world.kill('SIGTERM');
}
console.log(
  failed.length === 0
    ? '\nEverything is done: users were copied from 7.10 to 9.5, users and visualizations restored on 7.10 and on 8.5.'
    : `\nFAILED\n${failed.join('\n')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
