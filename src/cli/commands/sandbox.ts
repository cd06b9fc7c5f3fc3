import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../host/problem.ts';
import { ownFolder } from '../../host/run-folders.ts';
import { makeFolder } from '../../runs/index.ts';
import {
  accessKey,
  bucketName,
  calls,
  effects,
  type Fault,
  faultOf,
  logins,
  releases,
  restartPath,
  type Sandbox,
  startSandbox,
  states,
  type Versions,
} from '../../sandbox/index.ts';
import { table } from '../table.ts';

type Release = keyof typeof releases;

export interface SandboxOptions {
  readonly version: Release;
  /** The version of the destination, where it is another one. */
  readonly destinationVersion?: Release;
  readonly fault: readonly string[];
  readonly folder: string;
}

/** `runbook sandbox`: two clusters, a bucket and two Kibanas on loopback, until it is interrupted. */
export async function sandbox(options: SandboxOptions): Promise<void> {
  const { version, destinationVersion = version, folder } = options;
  const faults = options.fault.map(faultOf);
  const wrong = faults.filter((one) => typeof one === 'string');
  if (wrong.length > 0)
    throw new Problem(`${wrong.join('\n')}\nrunbook sandbox --list-faults explains them.`, 'arguments');
  const versions = { source: releases[version], destination: releases[destinationVersion] };
  ownFolder(folder);
  const running = await startSandbox(versions, faults as Fault[], (call) => process.stdout.write(`${call}\n`));
  const name = version === destinationVersion ? version : `${version}-to-${destinationVersion}`;
  const file = join(folder, `sandbox-${name}.yaml`);
  await makeFolder(folder);
  for (const [secret, value] of Object.entries(secrets))
    await writeFile(join(folder, secret), `${value}\n`, { mode: 0o600 });
  const text = environmentText(name, running);
  await writeFile(file, text, { mode: 0o600 });
  // Before anybody is told that Ctrl-C ends it.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  process.stdout.write(`${text}\n${banner(versions, file, running)}`);
  await stopped;
  await running.close();
}

function banner({ source, destination }: Versions, file: string, { urls }: Sandbox): string {
  const which =
    source === destination
      ? `Elasticsearch ${source}`
      : `Elasticsearch ${source}, with a destination of ${destination},`;
  const [name, confirm] = source === destination ? ['users', ' --confirm replace/swap'] : ['users-copy', ''];
  return `The sandbox of ${which} is up. This environment is in ${file}. Try, in another terminal:
  runbook plan ${name} --env ${file}
  runbook exec ${name} --env ${file}${confirm}
A Kibana is stale after a restore of its indices. Restart it with: curl -X POST ${urls.destination_kibana}${restartPath}
Every call is listed here. Ctrl-C ends it and deletes everything in it.
`;
}

/** `runbook sandbox --list-faults`. */
export function listFaults(): void {
  process.stdout.write(`A fault is CALL:EFFECT, CALL@source:EFFECT or CALL@destination:EFFECT; it happens once, or N times with *N at its end.

${table([['CALL', 'IS'], ...Object.entries(calls).map(([name, { about }]) => [name, about]), ['*', 'every call']])}
${table([['EFFECT', 'WHAT HAPPENS'], ...effects.map((row) => [...row])])}
A fault is also STATE, STATE@source or STATE@destination: what the cluster is like from the beginning, the destination by default.

${table([['STATE', 'WHAT IT IS'], ...states.map((row) => [...row])])}`);
}

/** The secrets that the environment refers to, each in a file of its own. */
const secrets = {
  'elastic-of-source': logins.elasticAtSource,
  'runner-of-destination': logins.runner,
  'recovery-of-destination': logins.file.password,
  'kara-of-source': logins.kara,
  'access-key-id': accessKey.id,
  'access-key-secret': accessKey.secret,
  'seal-key': 'a key of the sandbox, which stands in its source for all to see',
};

function environmentText(name: string, { urls }: Sandbox): string {
  const basic = (username: string, file: keyof typeof secrets) =>
    `{ basic: { username: ${username}, password: { file: ${file} } } }`;
  // The cloud's endpoint has a scheme; this one is what its bucket says of itself.
  return `apiVersion: runbook/v1
environment: sandbox-${name.replaceAll('.', '-')}
journal: { seal: { file: seal-key } }
connections:
  source:
    url: ${urls.source}
    auth: ${basic('elastic', 'elastic-of-source')}
  destination:
    url: ${urls.destination}
    auth: ${basic('runner', 'runner-of-destination')}
    identities:
      recovery: { auth: ${basic(logins.file.username, 'recovery-of-destination')} }
      # Valid once the source's users have replaced the destination's.
      restored: { auth: ${basic('elastic', 'elastic-of-source')} }
  source_kibana:
    kind: kibana
    url: ${urls.source_kibana}
    auth: ${basic('elastic', 'elastic-of-source')}
  destination_kibana:
    kind: kibana
    url: ${urls.destination_kibana}
    # These credentials stay valid when users are replaced.
    auth: ${basic(logins.file.username, 'recovery-of-destination')}
  bucket:
    kind: oss
    endpoint: ${urls.bucket}
    region: cn-hangzhou
    bucket: ${bucketName}
    access_key_id: { file: access-key-id }
    access_key_secret: { file: access-key-secret }
inputs:
  repository:
    endpoint: ${urls.bucket}
    bucket: ${bucketName}
    access_key_id: { file: access-key-id }
    secret_access_key: { file: access-key-secret }
  # Of prepare-users; the source has them already.
  user: kara
  role: cj_test_role
  user_password: { file: kara-of-source }
`;
}
