import { environmentOf, secretsOf } from './environment.ts';
import { missingTools } from './fetched.ts';
import { type Pair, reset, type Version, versions } from './lab.ts';
import { startLab } from './servers.ts';

// `node run-ts.mjs test/real/start.ts 9.5`: a pair of real servers, with the users of the tests, to try runbooks by hand.
// Prints what to paste into another shell, and ends with its standard input (Ctrl-D).
const version = versions.find((one) => one === process.argv[2]);
const missing = missingTools();
if (!version) fail(`which version? One of ${versions.join(', ')}`);
else if (missing) fail(missing);
else await start(version);

async function start(version: Version): Promise<void> {
  const { lab, stop } = await startLab([version]);
  try {
    const pair = lab[version];
    if ('skipped' in pair) return fail(pair.skipped);
    await reset(pair);
    console.log(shellOf(pair));
    process.stdin.resume();
    await new Promise((resolve) => process.stdin.once('end', resolve));
  } finally {
    await stop();
  }
}

function shellOf(pair: Pair): string {
  const secrets = Object.entries(secretsOf(pair)).map(([name, value]) => `export ${name}='${value}'`);
  const logins = [pair.file, ...(pair.kibana ? [pair.kibana] : [])];
  return [
    `# source      ${pair.source.url}`,
    `# destination ${pair.destination.url}`,
    `# objects     ${pair.objects}`,
    ...logins.map(({ username, password }) => `# of both file realms: ${username} ${password}`),
    ...secrets,
    "cat > lab.yaml <<'END'",
    `${environmentOf(pair)}END`,
  ].join('\n');
}

function fail(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}
