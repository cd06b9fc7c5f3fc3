import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../runs/index.ts';
import {
  accessKey,
  bucketName,
  calls,
  effects,
  type Fault,
  faultOf,
  logins,
  type Sandbox,
  startSandbox,
} from '../sandbox/index.ts';
import { CommandError } from './exit-codes.ts';
import { table } from './list.ts';

export interface SandboxOptions {
  readonly version: '7.10' | '8.5';
  readonly fault: readonly string[];
  readonly folder: string;
}

const versions = { '7.10': '7.10.2', '8.5': '8.5.3' } as const;

/** `runbook sandbox`: two clusters, a bucket and two Kibanas on loopback, until it is interrupted. */
export async function sandbox({ version, fault, folder }: SandboxOptions): Promise<void> {
  const faults = fault.map(faultOf);
  const wrong = faults.filter((one) => typeof one === 'string');
  if (wrong.length > 0) throw new CommandError(`${wrong.join('\n')}\nrunbook sandbox --list-faults explains them.`);
  const running = await startSandbox(versions[version], faults as Fault[], (call) => process.stdout.write(`${call}\n`));
  const file = join(folder, `sandbox-${version}.yaml`);
  await makeFolder(folder);
  for (const [name, secret] of Object.entries(secrets))
    await writeFile(join(folder, name), `${secret}\n`, { mode: 0o600 });
  const text = environmentText(running);
  await writeFile(file, text, { mode: 0o600 });
  process.stdout.write(`${text}
The sandbox of ${versions[version]} is up; this environment is in ${file}. Try, in another terminal:
  runbook plan users-${version} --env ${file}
  runbook exec users-${version} --env ${file} --confirm replace/swap
Every call is listed here. Ctrl-C ends it, and everything in it is forgotten.
`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await running.close();
}

/** `runbook sandbox --list-faults`. */
export function listFaults(): void {
  process.stdout.write(`A fault is CALL:EFFECT, CALL@source:EFFECT or CALL@destination:EFFECT; it happens once, or N times with *N at its end.

${table([['CALL', 'IS'], ...Object.entries(calls).map(([name, { about }]) => [name, about]), ['*', 'every call']])}
${table([['EFFECT', 'WHAT HAPPENS'], ...effects.map((row) => [...row])])}`);
}

/** What the environment refers to, each in a file of its own. */
const secrets = {
  'elastic-of-source': logins.elasticAtSource,
  'runner-of-destination': logins.runner,
  'recovery-of-destination': logins.file.password,
  'kara-of-source': logins.kara,
  'access-key-id': accessKey.id,
  'access-key-secret': accessKey.secret,
};

function environmentText({ version, urls }: Sandbox): string {
  const basic = (username: string, file: keyof typeof secrets) =>
    `{ basic: { username: ${username}, password: { file: ${file} } } }`;
  // The cloud's endpoint has a scheme; this one is what its bucket says of itself.
  return `apiVersion: runbook/v1
environment: sandbox-${version.split('.').slice(0, 2).join('-')}
connections:
  source:
    url: ${urls.source}
    auth: ${basic('elastic', 'elastic-of-source')}
  destination:
    url: ${urls.destination}
    auth: ${basic('runner', 'runner-of-destination')}
    identities:
      recovery: { auth: ${basic(logins.file.username, 'recovery-of-destination')} }
  source_kibana:
    kind: kibana
    url: ${urls.source_kibana}
    auth: ${basic('elastic', 'elastic-of-source')}
  destination_kibana:
    kind: kibana
    url: ${urls.destination_kibana}
    # The login that goes on after users were replaced.
    auth: ${basic(logins.file.username, 'recovery-of-destination')}
  bucket:
    kind: oss
    endpoint: ${urls.bucket}
    region: cn-hangzhou
    bucket: ${bucketName}
    access_key_id: { file: access-key-id }
    access_key_secret: { file: access-key-secret }
inputs:
  endpoint: ${urls.bucket}
  bucket: ${bucketName}
  access_key_id: { file: access-key-id }
  secret_access_key: { file: access-key-secret }
  user_password: { file: kara-of-source }
`;
}
