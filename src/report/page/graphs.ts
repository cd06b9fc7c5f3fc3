import { patternOf } from '../../engine/index.ts';
import { nodesRunBy, type Plan, type PlannedNode } from '../../plan/index.ts';
import { numberText } from '../entries.ts';
import { type PlannedRollback, rollbacksIn } from '../outline.ts';
import { readable } from '../readable.ts';
import {
  durationBetween,
  isBad,
  type ReportedRollback,
  type ReportedStep,
  type RunReport,
  timeText,
} from '../run-report.ts';
import { type Html, html } from './html.ts';

const row = 22;

/** Rows of a waterfall; with more steps, those that failed and the longest ones. */
const mostRows = 60;

/** When each call of a run was made, and how long its step took. Nothing where no step has begun. */
export function waterfall(report: RunReport): Html | undefined {
  const requests = report.steps.filter(
    ({ kind, finished_at, outcome }) => kind === 'request' && finished_at !== undefined && outcome !== 'skipped',
  );
  const took = (step: ReportedStep) => durationBetween(step.started_at, step.finished_at) ?? 0;
  const longest = new Set([...requests].sort((a, b) => took(b) - took(a)).slice(0, mostRows));
  const rows = requests.filter((step) => longest.has(step) || isBad(step.outcome));
  const last = rows.at(-1);
  if (!last) return undefined;
  const start = Date.parse(report.started_at);
  const end = Math.max(...rows.map(({ finished_at }) => Date.parse(finished_at ?? report.started_at)));
  const whole = Math.max(1, end - start);
  const [left, width] = [430, 660];
  const x = (time: string) => left + ((Date.parse(time) - start) / whole) * width;
  const height = (rows.length + 1) * row + 6;
  const words = `Time line: ${rows.length} steps in ${timeText(whole)}; each step below says when it began and how long it took.`;
  return html`<p class="soft">${words}${requests.length > rows.length && ` What failed, and the longest of ${requests.length} steps.`}</p>
<div class="graph" tabindex="0" role="group" aria-label="Time line of the run">
<svg width="1200" height="${height}" viewBox="0 0 1200 ${height}" role="img" aria-label="${words}">
${[0, 0.25, 0.5, 0.75, 1].map((part) => {
  const at = left + part * width;
  return html`<line class="grid" x1="${at}" x2="${at}" y1="${row - 4}" y2="${height}"/><text class="soft" x="${at}" y="13" text-anchor="middle">${timeText(Math.round(whole * part))}</text>`;
})}
${rows.map((step, index) => {
  const y = (index + 1) * row;
  const from = x(step.started_at);
  const isWrite = step.calls.some(({ effect, purpose }) => effect === 'write' && purpose === 'step');
  const kind = isBad(step.outcome) ? 'bad' : isWrite ? 'write' : 'read';
  const label = `${step.number} ${step.step}`;
  const wide = Math.max(2, x(step.finished_at ?? step.started_at) - from);
  return html`<text x="4" y="${y + 15}">${label.length > 52 ? `${label.slice(0, 51)}…` : label}</text><rect class="bar ${kind}" x="${from.toFixed(1)}" y="${y + 3}" width="${wide.toFixed(1)}" height="${row - 7}"><title>${label}: ${timeText(took(step))}</title></rect><text class="soft" x="${(from + wide + 5).toFixed(1)}" y="${y + 15}">${timeText(took(step))}</text>\n`;
})}</svg></div>`;
}

/** Rollback: each step with its own rollback, and what became of that. Nothing where nothing is rolled back. */
export function rollbackGraph(plan: Plan, report?: RunReport): Html | undefined {
  const groups = groupsOf(rollbacksIn(plan), plan);
  if (groups.length === 0) return undefined;
  const became = becameIn(report?.rollbacks ?? []);
  let y = 8;
  const boxes = groups.map((group) => {
    const top = y;
    y += group.steps.length * (row + 6) + 10;
    return { ...group, top, became: became(group.id) };
  });
  const words = `Rollback: ${groups.map(({ id, steps }) => `${id} is rolled back by ${steps.map(({ number }) => number).join(', ')}`).join('; ')}.`;
  return html`<p class="soft">A rollback goes from the bottom to the top: the newest step is rolled back first.</p>
<div class="graph" tabindex="0" role="group" aria-label="Rollback">
<svg width="1100" height="${y}" viewBox="0 0 1100 ${y}" role="img" aria-label="${words}">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${boxes.map(
  ({
    label,
    top,
    steps,
    became,
  }) => html`<rect class="box" x="4" y="${top}" width="440" height="${row + 2}" rx="4"/><text x="12" y="${top + 16}">${shortened(`${label}${became}`)}</text>
${steps.map((step, index) => {
  const at = top + index * (row + 6);
  return html`<path class="arrow" marker-end="url(#tip)" d="M444 ${top + 12} C 480 ${top + 12} 500 ${at + 12} 534 ${at + 12}"/><rect class="box" x="536" y="${at}" width="558" height="${row + 2}" rx="4"/><text x="544" y="${at + 16}">${shortened(`${step.number} ${step.call}`, 68)}</text>`;
})}
`,
)}</svg></div>`;
}

/** The rollbacks of a plan; those of each iteration of a loop are one, with the calls of the first. */
function groupsOf(rollbacks: readonly PlannedRollback[], plan: Plan) {
  const groups = new Map<string, PlannedRollback[]>();
  for (const one of rollbacks) {
    const id = patternOf(one.of);
    const alike = groups.get(id) ?? [];
    alike.push(one);
    groups.set(id, alike);
  }
  return [...groups].map(([id, all]) => {
    const [{ label, steps }] = all as [PlannedRollback];
    return {
      id,
      label: all.length > 1 ? `${label} and ${numberText(all.length - 1)} more` : label,
      steps: callsOf(steps, plan),
    };
  });
}

/** Returns how each rollback has ended; of a loop how many have ended in which way, those that failed first. */
function becameIn(rollbacks: RunReport['rollbacks']): (id: string) => string {
  const words = (one: ReportedRollback) =>
    one.skipped ? 'nothing to roll back' : one.clean ? 'rolled back' : 'NOT rolled back';
  const byId = new Map<string, Map<string, number>>();
  // One that was tried again has ended as it has ended last.
  for (const one of new Map(rollbacks.map((one) => [one.step, one])).values()) {
    const id = patternOf(one.step);
    const counts = byId.get(id) ?? new Map<string, number>();
    counts.set(words(one), (counts.get(words(one)) ?? 0) + 1);
    byId.set(id, counts);
  }
  return (id) => {
    const counts = [...(byId.get(id) ?? [])].sort(([one]) => (one.startsWith('NOT') ? -1 : 1));
    if (counts.length === 0) return '';
    const isOne = counts.length === 1 && counts[0]?.[1] === 1;
    return ` (${counts.map(([text, count]) => (isOne ? text : `${numberText(count)} ${text}`)).join(', ')})`;
  };
}

function shortened(text: string, most = 53): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The writes of what rolls back a step; where there are none, everything in it. */
function callsOf(nodes: readonly PlannedNode[], plan: Plan): { readonly number: string; readonly call: string }[] {
  const all = nodes.flatMap(nodesRunBy).flatMap((node) => requestIn(readable(node, plan, 'short')));
  const writes = all.filter(({ isWrite }) => isWrite);
  return writes.length > 0 ? writes : all;
}

function requestIn(node: PlannedNode): { readonly number: string; readonly call: string; readonly isWrite: boolean }[] {
  if (node.kind !== 'request') return [];
  const { request } = node;
  const call = request.type === 'http' ? `${request.method} ${request.path}` : `${request.type} ${request.operation}`;
  return [{ number: node.number, call, isWrite: node.effect === 'write' }];
}
