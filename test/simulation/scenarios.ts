import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../src/check/index.ts';
import { loadBundle, loadEnvironment } from '../../src/language/index.ts';
import { canonicalJson, type Plan } from '../../src/plan/index.ts';
import { planFor } from '../../src/planner/index.ts';
import { hashOf } from '../../src/runs/index.ts';
import { hashOf as passwordHashOf } from '../../src/sandbox/world/passwords.ts';
import { accessKey, bucketName, logins, seededWorld } from '../../src/sandbox/world/seeds.ts';
import type { World } from '../../src/sandbox/world/state.ts';
import type { Version } from '../../src/sandbox/world/versions.ts';
import type { Json } from '../../src/text/index.ts';

/** A runbook with its inputs, and the world that it begins in. */
export interface Scenario {
  readonly name: string;
  readonly version: Version;
  readonly plan: Plan;
  readonly planText: string;
  readonly planId: string;
  readonly world: World;
  /** Values of secret inputs. */
  readonly secrets: ReadonlyMap<string, Json>;
  /** `connection` or `connection/identity` → user and password. */
  readonly logins: Readonly<Record<string, readonly [string, string]>>;
  /** Its documents get new ids each time: they are compared without. */
  readonly hasNewIds: boolean;
  /** Nobody has a file realm. */
  readonly isManaged: boolean;
  /** It has iterations that run side by side. */
  readonly isParallel: boolean;
}

/** When every world begins; milliseconds since 1970. */
export const beginning = Date.UTC(2026, 0, 1, 12);

const endpoint = 'objects.sandbox:9000';
const secrets: Readonly<Record<string, string>> = {
  'repository.access_key_id': accessKey.id,
  'repository.secret_access_key': accessKey.secret,
  user_password: 'a-new-password-1',
};

/** Everything in a world that no journal may hold. */
export const secretTexts = [...Object.values(secrets), logins.elasticAtSource, logins.runner, logins.file.password];

const environment = `apiVersion: runbook/v1
environment: simulated
journal: { seal: { env: SEAL } }
connections:
  source: { url: 'http://source:9200', auth: { basic: { username: elastic, password: { env: A } } } }
  destination:
    url: http://destination:9200
    auth: { basic: { username: runner, password: { env: B } } }
    identities: { recovery: { auth: { basic: { username: ${logins.file.username}, password: { env: C } } } } }
  source_kibana: { kind: kibana, url: 'http://source:5601', auth: { basic: { username: elastic, password: { env: A } } } }
  destination_kibana: { kind: kibana, url: 'http://destination:5601', auth: { basic: { username: ${logins.file.username}, password: { env: C } } } }
inputs:
  repository:
    endpoint: http://${endpoint}
    bucket: ${bucketName}
    access_key_id: { env: KEY }
    secret_access_key: { env: SECRET }
  user_password: { env: PASSWORD }
`;

/** As a managed cluster: nobody has a file realm, and a login of the source goes on after the restore. */
const managed = environment.replace(
  /identities: .*/,
  'identities: { restored: { auth: { basic: { username: elastic, password: { env: A } } } } }',
);

type Change = (world: World) => World;

/** kara with another password, and a role mapping, at the destination. */
const withOwnKara: Change = (world) => {
  const destination = world.clusters.destination;
  const index = destination?.indices['.security-7'];
  if (!destination || !index) throw new Error('the world has a destination with users');
  const kara = { type: 'user', username: 'kara', password: passwordHashOf('her-own'), roles: ['x'], enabled: true };
  const documents = new Map(index.documents).set('user-kara', { ...kara, full_name: null, email: null, metadata: {} });
  const indices = { ...destination.indices, '.security-7': { ...index, documents } };
  return { ...world, clusters: { ...world.clusters, destination: { ...destination, indices } } };
};

const same: Change = (world) => world;
type Definition = readonly [name: string, version: Version, sets?: string[], change?: Change, environment?: string];

const definitions: readonly Definition[] = [
  ['users-7.10', '7.10.2'],
  ['users-8.5', '8.5.3'],
  ['users-8.5', '9.5.3', [], same, managed],
  ['users-copy-7.10', '9.5.3'],
  ['users-copy-7.10', '7.10.2', ['existing=overwrite'], withOwnKara],
  ['users-merge-7.10', '7.10.2'],
  ['users-merge-7.10', '7.10.2', ['existing=overwrite'], withOwnKara],
  ['visualizations-7.10', '7.10.2', ['visualizations=[Flights] Delay Type']],
  ['visualizations-8.5', '8.5.3', ['visualizations=[Flights] Delay Type']],
  ['visualizations-copy-7.10', '8.5.3', ['visualizations=[Flights] Delay Type']],
  ['visualizations-copy-7.10', '8.5.3', ['visualizations=[Flights] Delay Type', 'conflicts=overwrite']],
  ['visualizations-copy-7.10', '8.5.3', ['visualizations=[Flights] Delay Type', 'conflicts=new_copies']],
  ['prepare-users-7.10', '7.10.2', ['user=ada', 'role=reader']],
  ['prepare-users-7.10', '8.5.3', ['user=ada', 'role=reader']],
  ['prepare-visualizations-7.10', '7.10.2'],
  ['prepare-visualizations-7.10', '8.5.3'],
  ['repeated-7.10', '8.5.3'],
  ['side-by-side-7.10', '8.5.3'],
];

function nameOf([name, version, sets = [], , text]: Definition): string {
  return [
    name,
    ...(version.startsWith(name.slice(name.lastIndexOf('-') + 1)) ? [] : [`on ${version}`]),
    ...(text === managed ? ['managed'] : []),
    ...sets.filter((set) => !set.startsWith('vis') && !set.startsWith('user')),
  ].join(' ');
}

export const scenarioNames = definitions.map(nameOf);

/**
 * Every bundled runbook, and those that are for the simulation alone.
 * @param only The name of the one that is wanted: to plan all of them takes seconds.
 */
export function scenarios(only?: string): Scenario[] {
  const wanted = definitions.filter((one) => only === undefined || nameOf(one) === only);
  return wanted.map((definition) => {
    const [name, version, sets = [], change = same, text = environment] = definition;
    const folder = /^(?:repeated|side-by-side)/.test(name) ? 'test/simulation' : 'runbooks';
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    const { value: bundle, diagnostics } = loadBundle(`${name}.yaml`, read(`${name}.yaml`), read);
    const { value: loaded } = loadEnvironment('simulated.yaml', text);
    if (!bundle || !loaded) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
    const problems = check(bundle).filter(({ severity }) => severity === 'error');
    const planned = planFor(bundle, loaded, sets);
    if (!planned.value) throw new Error([...problems, ...planned.diagnostics].map(({ message }) => message).join('\n'));
    const planText = canonicalJson(planned.value);
    const file = [logins.file.username, logins.file.password] as const;
    const elastic = ['elastic', logins.elasticAtSource] as const;
    return {
      name: nameOf(definition),
      version,
      plan: planned.value,
      planText,
      planId: hashOf(planText),
      world: change(seededWorld({ source: version, destination: version }, endpoint, beginning)),
      secrets: new Map(
        Object.entries(planned.value.inputs).flatMap(([input, value]): [string, string][] =>
          'secret' in value ? [[input, secrets[input] ?? '']] : [],
        ),
      ),
      logins: {
        source: elastic,
        destination: ['runner', logins.runner],
        'destination/recovery': file,
        'destination/restored': elastic,
        'source/destination/restored': elastic,
        source_kibana: elastic,
        destination_kibana: file,
      },
      hasNewIds: sets.includes('conflicts=new_copies'),
      isManaged: text === managed,
      isParallel: planText.includes('"parallel":'),
    };
  });
}
