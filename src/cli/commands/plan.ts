import { chooseRunbook, versionGiven } from '../../host/choose.ts';
import { writePlanFile } from '../../host/plan-file.ts';
import { type PlanArguments, planFromFiles } from '../../host/plan-from-files.ts';
import { Problem } from '../../host/problem.ts';
import { askWho } from '../../host/who.ts';
import { kinds } from '../../kinds/index.ts';
import type { Environment } from '../../language/index.ts';
import { canonicalJson, type Plan } from '../../plan/index.ts';
import { type FormatName, formats } from '../../report/index.ts';
import { print } from '../print.ts';

export interface PlanOptions extends Omit<PlanArguments, 'set' | 'pins' | 'inputs' | 'askPins'> {
  readonly set: readonly string[];
  readonly format: FormatName;
  /** Which version, where the name does not say it. */
  readonly elasticsearch?: string;
  /** A file to keep the plan in. */
  readonly out?: string;
  /** Asks each cluster for its `cluster_uuid`. */
  readonly pin: boolean;
}

/** `runbook plan`: prints every call that a run would make. Offline but for `--pin`; nothing else is sent, no secret is read. */
export async function plan(name: string, options: PlanOptions): Promise<void> {
  const { env, set, author } = options;
  const path = await chooseRunbook(name, versionGiven(options.elasticsearch));
  const { plan, id } = await planFromFiles(path, {
    ...{ env, set },
    ...(author === undefined ? {} : { author }),
    ...(options.pin ? { askPins: (unpinned, environment) => pinsOf(unpinned, environment, env) } : {}),
  });
  print(formats[options.format].render({ plan, id, bytes: canonicalJson(plan) }));
  if (options.out === undefined) return;
  await writePlanFile(plan, options.out);
  process.stderr.write(
    `plan ${id} is in ${options.out}; run exactly that: runbook exec --plan ${options.out} --env ${env}\n`,
  );
}

/** Connection → the `cluster_uuid` that its cluster says it has. */
async function pinsOf(plan: Plan, environment: Environment, file: string): Promise<Record<string, string>> {
  const pins: Record<string, string> = {};
  for (const [name, { kind, cluster_uuid: pinned }] of Object.entries(plan.environment.connections)) {
    if (!kinds[kind].about?.hasClusterUuid) continue;
    const { cluster_uuid: seen, said } = await askWho(name, environment, file);
    if (seen === undefined)
      throw new Problem(
        `--pin: the connection "${name}" did not say its cluster_uuid (${said}). Check its url and auth in ${file}`,
        'refused',
      );
    if (pinned !== undefined && pinned !== seen)
      throw new Problem(
        `--pin: the connection "${name}" reaches the cluster ${seen}, and ${file} pins cluster_uuid: ${pinned}. Check its url, or the pin`,
        'refused',
      );
    pins[name] = seen;
  }
  return pins;
}
