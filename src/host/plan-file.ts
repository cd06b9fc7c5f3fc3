import { open, rename, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { canonicalJson, largestPlan, type Plan, parsePlan } from '../plan/index.ts';
import type { PlanExtras } from '../planner/index.ts';
import { diffOf, diffSentence } from '../report/index.ts';
import { hashOf, NotReadable, readRegularFile, TooLarge } from '../runs/index.ts';
import type { JsonObject } from '../text/index.ts';
import { locateRunbook, shown } from './files.ts';
import { type Planned, planFromFiles } from './plan-from-files.ts';
import { Problem } from './problem.ts';

/** A plan in a file. */
export interface PlanFile {
  /** The path of the file. */
  readonly file: string;
  readonly plan: Plan;
  /** The plan's id: the SHA-256 of the file's bytes, in hexadecimal. */
  readonly id: string;
  /** The file's bytes. */
  readonly text: string;
}

/**
 * Writes a plan's bytes, its canonical JSON; another file of that name is replaced as a whole.
 * @throws `Problem` where it cannot be written.
 */
export async function writePlanFile(plan: Plan, file: string): Promise<void> {
  const written = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(written, 'wx');
    try {
      await handle.writeFile(canonicalJson(plan));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(written, file);
  } catch (error) {
    await unlink(written).catch(() => undefined);
    throw new Problem(`--out ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Reads a plan that `writePlanFile` or `runbook plan --out` has written.
 * @throws `Problem` where its bytes are not those of a plan.
 */
export function readPlanFile(path: string): PlanFile {
  const refuse = (problem: string): never => {
    throw new Problem(
      `${shown(path)} cannot be used: ${problem}. Write it again: runbook plan … --out ${shown(path)}`,
      'refused',
    );
  };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readRegularFile(path, largestPlan));
  } catch (error) {
    if (error instanceof NotReadable) throw new Problem(`${shown(path)} cannot be read: ${error.message}`);
    if (!(error instanceof TooLarge)) return refuse('it is not UTF-8');
    return refuse(
      `it is ${Math.ceil(error.size / 1_000_000)} MB large, and a plan at most ${largestPlan / 1_000_000} MB`,
    );
  }
  const read = parsePlan(text);
  return 'problem' in read ? refuse(read.problem) : { file: path, plan: read.plan, id: hashOf(text), text };
}

/** Returns whether an argument means a plan's file rather than a runbook or a run. */
export function isPlanFile(argument: string): boolean {
  return argument.endsWith('.json');
}

/**
 * Plans again what a plan in a file was made from, with the same inputs, author and pins: exactly the reviewed bytes are run,
 * or nothing.
 * @param env The path of the environment file: the plan has no secrets and no settings of connections.
 * @param runbook The path of its runbook; without it, its name is looked up.
 * @throws `Problem` where the runbook and the environment do not give exactly the bytes of the file.
 */
export async function planAgain(
  kept: PlanFile,
  { env, runbook }: { readonly env: string; readonly runbook?: string },
): Promise<Planned> {
  const path = runbook ?? runbookOf(kept);
  const now = await planFromFiles(path, { env, ...extrasOf(kept.plan), inputs: inputsOf(kept.plan) });
  if (now.id !== kept.id) {
    throw new Problem(
      `${shown(kept.file)} is not what ${shown(path)} with ${env} gives: it was edited, or one of the two was changed since it was made.\n${differenceIn(kept, now)}\nrunbook diff ${shown(kept.file)} ${shown(path)} --env ${env} shows all of it. If the plan should be another one now, write it again (and have it approved again); nothing was sent.`,
      'refused',
    );
  }
  return { ...now, origin: { ...now.origin, plan_file: kept.file } };
}

/** A plan has the name of its runbook's file, not its place: that is another one on every machine. */
function runbookOf({ file, plan }: PlanFile): string {
  try {
    return locateRunbook(basename(plan.runbook.file, '.yaml'));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(
      `${shown(file)} is a plan of ${plan.runbook.file}, and ${error.message}.\nSay where it is: runbook exec PATH/${plan.runbook.file} --plan ${shown(file)} …`,
    );
  }
}

/** Returns what two plans differ in, in a few lines. */
export function differenceIn(before: Pick<PlanFile, 'plan' | 'id'>, after: Pick<PlanFile, 'plan' | 'id'>): string {
  const diff = diffOf(before.plan, before.id, after.plan, after.id);
  const places = [
    ...diff.head.map(({ field }) => field),
    ...diff.steps.map(({ step, change, fields }) =>
      change === 'changed' ? `${step} (${fields.map(({ field }) => field).join(', ')})` : `${step} (${change})`,
    ),
  ];
  const rest = places.length > 5 ? ` and ${places.length - 5} more` : '';
  return `${diffSentence(diff)}${places.length > 0 ? `: ${places.slice(0, 5).join(', ')}${rest}` : ''}`;
}

/** The author and the pins of a plan. */
export function extrasOf({ author, environment }: Plan): PlanExtras {
  const pins = Object.entries(environment.connections).flatMap(([name, { cluster_uuid }]) =>
    cluster_uuid === undefined ? [] : [[name, cluster_uuid]],
  );
  return { ...(author === undefined ? {} : { author }), pins: Object.fromEntries(pins) };
}

/** The values of a plan's inputs; secrets are references in it, and stay the environment's. */
export function inputsOf({ inputs }: Plan): JsonObject {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) => ('value' in input ? [[name, input.value]] : [])),
  );
}
