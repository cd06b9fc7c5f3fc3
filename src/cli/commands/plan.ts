import { chooseRunbook, versionGiven } from '../../host/choose.ts';
import { pastRuns } from '../../host/past-runs.ts';
import { writePlanFile } from '../../host/plan-file.ts';
import { type PlanArguments, type Planned, planFromFiles } from '../../host/plan-from-files.ts';
import { Problem } from '../../host/problem.ts';
import { folderOf, runSubject } from '../../host/run-folders.ts';
import { askWho } from '../../host/who.ts';
import { kinds } from '../../kinds/index.ts';
import type { Environment } from '../../language/index.ts';
import type { Plan } from '../../plan/index.ts';
import {
  comparisonSections,
  type FormatName,
  formats,
  planSummaryText,
  type Section,
  sectionLines,
  timeText,
} from '../../report/index.ts';
import { show } from '../pager.ts';
import { paintForOutput } from '../paint.ts';
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
  /** On a terminal: every call, not the summary. */
  readonly full: boolean;
  /** The id of a run: what it did otherwise is shown. */
  readonly compare?: string;
}

/**
 * `runbook plan`: shows what a run would do, as a summary on a terminal, and otherwise with every call. Offline but for `--pin`; nothing
 * else is sent, no secret is read.
 */
export async function plan(name: string, options: PlanOptions): Promise<void> {
  const { env, set, author } = options;
  if (options.compare !== undefined && options.format !== 'text')
    throw new Problem(`--compare is for people: leave --format ${options.format} out. For programs: runbook diff`);
  const path = await chooseRunbook(name, versionGiven(options.elasticsearch));
  const planned = await planFromFiles(path, {
    ...{ env, set },
    ...(author === undefined ? {} : { author }),
    ...(options.pin ? { askPins: (unpinned, environment) => pinsOf(unpinned, environment, env) } : {}),
  });
  const { id } = planned;
  if (options.format === 'text') await show(await textOf(planned, options));
  else print(formats[options.format].render(planned));
  if (options.out === undefined) return;
  await writePlanFile(planned.plan, options.out);
  process.stderr.write(
    `plan ${id} is in ${options.out}; run exactly that: runbook exec --plan ${options.out} --env ${env}\n`,
  );
}

/** The plan for people, and behind it what is no part of it. */
async function textOf(planned: Planned, { full, compare }: PlanOptions): Promise<string> {
  const { plan, id } = planned;
  const paint = paintForOutput();
  // What a program reads is not wrapped.
  const width = process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
  const compared = compare === undefined ? [] : comparisonSections(await runSubject(folderOf(compare)), plan, id);
  if (process.stdout.isTTY && !full)
    return planSummaryText(plan, id, { width, paint, beside: [...compared, ...(await lastRuns(plan))] });
  const text = formats.text.render(planned);
  return `${text}${compared.flatMap((section) => [...sectionLines(section, width, paint), '']).join('\n')}`;
}

/** How long the last runs took: a run of the same plan may take another time. */
async function lastRuns(plan: Plan): Promise<Section[]> {
  const title = 'The last runs of it in this directory, by its name and environment';
  try {
    const lines = (await pastRuns(plan, 3)).map(({ id, started, outcome, took_ms, resumed }) => ({
      mark: id,
      text: `${outcome} after ${timeText(took_ms)}${resumed ? ', with the time until it was resumed' : ''}, ${started}`,
    }));
    return [{ title, lines }];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{ title, lines: [{ text: error.message, style: 'bad' }] }];
  }
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
