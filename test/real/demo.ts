// `npm run demo`: starts two real clusters, gives the first one a user, and moves her with the shipped runbook.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, secretsOf } from './environment.ts';
import { canLogIn, passwords, reset } from './lab.ts';
import { missingTools, startLab } from './servers.ts';

const missing = missingTools();
if (missing) {
  console.error(
    `The demonstration starts two real Elasticsearch servers, and ${missing}. Install a JDK 17 or newer and Maven.`,
  );
  process.exit(1);
}
console.log('Starting two Elasticsearch 7.10.2 clusters; the first time their jars are fetched …');
const { lab: labs, stop } = await startLab();
const lab = labs['7.10'];
try {
  await reset(lab);
  const directory = 'demo';
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  writeFileSync(join(directory, 'lab.yaml'), environmentOf(lab));
  const kara = async () =>
    `kara at the destination, with her old password: ${(await canLogIn(lab, lab.destination, 'kara', passwords.kara)) ? 'she can log in' : 'refused'}`;
  console.log(`${await kara()}\n\n$ runbook exec users-7.10 --env lab.yaml --confirm swap\n`);
  const program = spawn(
    process.execPath,
    [join('..', 'dist', 'runbook.js'), 'exec', 'users-7.10', '--env', 'lab.yaml', '--confirm', 'swap'],
    {
      cwd: directory,
      env: { ...process.env, ...secretsOf(lab) },
      stdio: 'inherit',
    },
  );
  const code = await new Promise<number | null>((resolve) => program.once('close', resolve));
  console.log(
    `exit code ${code}\n${await kara()}\n\nIts plan and journal are in ${join(directory, '.runbook', 'runs')}.`,
  );
  process.exitCode = code ?? 1;
} finally {
  await stop();
}
