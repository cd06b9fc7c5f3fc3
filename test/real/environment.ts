import { accessKey } from '../object-store.ts';
import { bucket, type Pair, passwords } from './lab.ts';

/** The environment variables that the environment file of the lab refers to. */
export function secretsOf(lab: Pair): Record<string, string> {
  return {
    SOURCE_PASSWORD: passwords.elasticAtSource,
    DESTINATION_PASSWORD: passwords.runner,
    RECOVERY_PASSWORD: lab.file.password,
    OSS_KEY: accessKey.id,
    OSS_SECRET: accessKey.secret,
    BUCKET_SECRET: accessKey.secret,
    KARA_PASSWORD: passwords.kara,
    SEAL: 'c2VhbCBvZiB0aGUgdGVzdHMsIG5vdCBhIHNlY3JldA==',
  };
}

export interface EnvironmentChange {
  readonly source?: string;
  readonly sourceUser?: string;
  readonly destination?: string;
  readonly destinationUser?: string;
  readonly recovery?: string;
  readonly pin?: string;
  /** Where the Kibanas are; without them there are none. */
  readonly kibana?: { readonly source: string; readonly destination: string };
  /** The identities of the destination; a recovery of the file realm without it. */
  readonly identities?: string;
}

/** The lab as an environment file. */
export function environmentOf(lab: Pair, change: EnvironmentChange = {}): string {
  const login = (username: string, variable: string) =>
    `{ basic: { username: ${username}, password: { env: ${variable} } } }`;
  const kibana = (name: string, url: string, auth: string) =>
    `  ${name}: { kind: kibana, url: ${url}, auth: ${auth} }\n`;
  // The login of the destination's goes on when users are replaced.
  const kibanas = change.kibana
    ? kibana('source_kibana', change.kibana.source, login('elastic', 'SOURCE_PASSWORD')) +
      kibana('destination_kibana', change.kibana.destination, login(lab.file.username, 'RECOVERY_PASSWORD'))
    : '';
  return `apiVersion: runbook/v1
environment: lab
journal: { seal: { env: SEAL } }
connections:
  source:
    url: ${change.source ?? lab.source.url}
    auth: ${login(change.sourceUser ?? 'elastic', 'SOURCE_PASSWORD')}
  destination:
    url: ${change.destination ?? lab.destination.url}
    auth: ${login(change.destinationUser ?? 'runner', 'DESTINATION_PASSWORD')}${change.pin ? `\n    cluster_uuid: ${change.pin}` : ''}
${change.identities ?? `    identities:\n      recovery: { auth: ${change.recovery ?? login(lab.file.username, 'RECOVERY_PASSWORD')} }\n`}${kibanas}  bucket:
    kind: oss
    endpoint: ${lab.objects}
    region: cn-hangzhou
    bucket: ${bucket}
    access_key_id: { env: OSS_KEY }
    access_key_secret: { env: BUCKET_SECRET }
inputs:
  repository:
    endpoint: ${lab.objects}
    bucket: ${bucket}
    access_key_id: { env: OSS_KEY }
    secret_access_key: { env: OSS_SECRET }
  user: kara
  role: cj_test_role
  user_password: { env: KARA_PASSWORD }
`;
}
