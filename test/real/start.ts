import { startKibana } from '../kibana.ts';
import { environmentOf, secretsOf } from './environment.ts';
import { missingTools } from './fetched.ts';
import { type Pair, reset, type Version, versions } from './lab.ts';
import { startLab } from './servers.ts';

// `npx tsx test/real/start.ts 9.5`: a pair of real servers with the users of the tests, a bucket, and stand-ins for
// Kibana, to try runbooks by hand. Prints what to paste into another shell, and ends with its standard input (Ctrl-D).
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
    const source = await startKibana(pair, pair.source.url);
    const destination = await startKibana(pair, pair.destination.url);
    console.log(shellOf(pair, { source: source.url, destination: destination.url }));
    process.stdin.resume();
    await new Promise((resolve) => process.stdin.once('end', resolve));
    await Promise.all([source.close(), destination.close()]);
  } finally {
    await stop();
  }
}

function shellOf(pair: Pair, kibana: { readonly source: string; readonly destination: string }): string {
  const secrets = Object.entries(secretsOf(pair)).map(([name, value]) => `export ${name}='${value}'`);
  const logins = [pair.file, ...(pair.kibana ? [pair.kibana] : [])];
  return [
    `# source      ${pair.source.url}`,
    `# destination ${pair.destination.url}`,
    `# objects     ${pair.objects}`,
    ...logins.map(({ username, password }) => `# of both file realms: ${username} ${password}`),
    ...secrets,
    "cat > lab.yaml <<'END'",
    `${environmentOf(pair, { kibana })}END`,
  ].join('\n');
}

function fail(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}
