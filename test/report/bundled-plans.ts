import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Planned, planFromFiles } from '../../src/host/plan-from-files.ts';

const environment = `apiVersion: runbook/v1
environment: lab
journal: { seal: { env: SEAL } }
connections:
  source: { url: 'https://source.example:9200', auth: { basic: { username: elastic, password: { env: SOURCE_PASSWORD } } } }
  destination:
    url: https://destination.example:9200
    auth: { basic: { username: runner, password: { env: DESTINATION_PASSWORD } } }
    identities: { recovery: { auth: { basic: { username: filesuper, password: { env: RECOVERY_PASSWORD } } } } }
  source_kibana: { kind: kibana, url: 'https://source.example:5601', auth: { basic: { username: elastic, password: { env: SOURCE_PASSWORD } } } }
  destination_kibana: { kind: kibana, url: 'https://destination.example:5601', auth: { basic: { username: runner, password: { env: DESTINATION_PASSWORD } } } }
inputs:
  repository: { endpoint: 'http://oss-cn-hangzhou-internal.aliyuncs.com', bucket: a-bucket, access_key_id: { env: OSS_KEY }, secret_access_key: { env: OSS_SECRET } }
  user: kara
  role: cj_test_role
  user_password: { env: KARA_PASSWORD }
maintenance_windows: [{ days: [sat, sun], from: '01:00', to: '05:00', timezone: Asia/Shanghai }]
`;

/** The names of the bundled runbooks. */
export const bundled = readdirSync('runbooks').flatMap((file) =>
  file.endsWith('.yaml') ? [basename(file, '.yaml')] : [],
);

/** The plan of a bundled runbook in an environment that is not there. */
export function bundledPlan(name: string, set: readonly string[] = []): Promise<Planned> {
  const env = join(mkdtempSync(join(tmpdir(), 'runbook-test-')), 'lab.yaml');
  writeFileSync(env, environment);
  return planFromFiles(`runbooks/${name}.yaml`, { env, set });
}
