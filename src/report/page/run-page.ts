import { type Plan, wholeRunbook } from '../../plan/index.ts';
import { inOneLine } from '../../text/in-one-line.ts';
import { aftermathOf } from '../aftermath.ts';
import { type Cause, causesOf } from '../causes.ts';
import { becameText, countsText, type Entry, foldedEntriesOf, numberText, partsOf } from '../entries.ts';
import { forecastSentence, predictionsIn } from '../forecast.ts';
import { contentText } from '../outline.ts';
import { planFacts } from '../plan-text.ts';
import { readable } from '../readable.ts';
import { errorText, expectedText, subjectOf } from '../reason-text.ts';
import { endText, outcomeText } from '../run-lines.ts';
import {
  durationBetween,
  type ReportedCall,
  type ReportedStep,
  type RunReport,
  shownCalls,
  timeText,
} from '../run-report.ts';
import type { Subject } from '../subject.ts';
import { rollbackGraph, waterfall } from './graphs.ts';
import { type Html, html, lines, type Part } from './html.ts';
import type { Page } from './page.ts';
import { approvalList, colourOf, detailParts, facts, filters, list, locksLine, requestHtml } from './parts.ts';
import { filterScript } from './script.ts';

/** A run with its plan, as a page for a browser. `above` stands before everything else. */
export function runSubjectPage({ plan, id }: Subject, report: RunReport, above: Part): Page {
  const undo = rollbackGraph(plan, report);
  const times = waterfall(report);
  const predictions = predictionsIn(report);
  return {
    title: `${report.state}: ${plan.runbook.title}`,
    scripts: [filterScript],
    body: html`<a class="skip" href="#steps">To the steps</a>
${above}<header>
<h1>${plan.runbook.title}</h1>
${runHead(plan, report)}
</header>
<main>
<section aria-labelledby="steps"><h2 id="steps">Calls</h2>
${filters(Object.keys(plan.environment.connections), true)}
${locksLine(plan)}
${foldedEntriesOf(plan, report).map((entry) => entryHtml(entry, plan, report, becameText(entry, report, predictions)))}
</section>
${times && html`<section aria-labelledby="time"><h2 id="time">Time line</h2>${times}</section>`}
${undo && html`<section aria-labelledby="undoing"><h2 id="undoing">Rollback</h2>${undo}</section>`}
<section aria-labelledby="about"><h2 id="about">About</h2>
${facts(planFacts(plan, id))}</section>
${recordSection(report)}
</main>`,
  };
}

function runHead(plan: Plan, report: RunReport): Html {
  const { state, mode } = report;
  const duration = durationBetween(report.started_at, report.finished_at);
  const said = endText(report);
  const causes = causesOf(plan, report);
  const [first] = causes.flatMap(({ step }) => step ?? []);
  return html`<p class="state ${colourOf(state)}">${mode === 'dry' ? `Dry run: ${forecastSentence(report.forecast ?? [])}` : said}${first && html` <a href="${linkTo(first)}">Go to step ${first.number} ${first.step}</a>`}</p>
${mode === 'dry' && state !== 'done' && html`<p>${said}</p>`}
<p>Run <code>${report.run}</code>, started by ${report.operator} at ${report.started_at}${duration !== undefined && `, took ${timeText(duration)}`}, by runbook ${report.version}.</p>
${causes.length > 0 && html`<section aria-labelledby="wrong"><h2 id="wrong">What went wrong</h2>${list(causes.map(causeHtml))}</section>`}
${aftermathOf(report).map(
  ({ title, lines, isUrgent, command }) =>
    html`<section><h2>${isUrgent ? html`<strong class="bad">${title}</strong>` : title}</h2>${command !== undefined && html`<p><code>${command}</code></p>`}${list(lines.map((line) => html`${line}`))}</section>\n`,
)}`;
}

function causeHtml({ step, about, details }: Cause): Html {
  const head = step
    ? html`<a href="${linkTo(step)}">${step.number} ${step.title}</a> <code class="soft">${step.step}</code> <strong class="bad">${outcomeText(step.outcome)}</strong>`
    : html`<strong class="bad">${about}</strong>`;
  return html`${head}${list(details.map((detail) => html`${detail}`))}`;
}

/** Each step, and each iteration of a loop that is shown on its own, has an anchor of its id. */
function anchorOf(step: string): string {
  return `step-${step}`;
}

function linkTo({ step }: ReportedStep): string {
  return `#${encodeURIComponent(anchorOf(step))}`;
}

function recordSection({ origin, journal, resumed, locks, run }: RunReport): Html {
  const approvals = origin.approvals ?? [];
  return html`<section aria-labelledby="record"><h2 id="record">Journal and approvals</h2>
<dl>
<dt>journal</dt><dd>${journal.events} events, ends in <code>${journal.head}</code></dd>
<dt>to verify it</dt><dd><code>runbook verify ${run} --head ${journal.head}${approvals.length > 0 && ' --allowed-signers FILE'}</code></dd>
<dt>approvals</dt><dd>${approvalList(approvals, 'none were required')}</dd>
<dt>started with</dt><dd class="mono">${origin.runbook}, --env ${origin.env}${origin.plan_file !== undefined && `, --plan ${origin.plan_file}`}${origin.set.map((set) => `, --set ${set}`)}${origin.confirm.map((step) => `, --confirm ${step}`)}</dd>
${resumed.map(({ at, as, version, operator }) => html`<dt>${as === 'resume' ? 'resumed' : 'rolled back'}</dt><dd>${at} by ${operator}, runbook ${version}</dd>`)}
${locks.map(({ at, connection, state, message }) => html`<dt>lock</dt><dd>${at} ${connection}: ${state}${message !== undefined && `: ${message}`}</dd>`)}
</dl></section>`;
}

function entryHtml(entry: Entry, plan: Plan, report: RunReport, became: string): Part {
  const { id, node, section, depth, undoes, iterations, loop, isInLoop } = entry;
  const level = Math.min(6, depth);
  const { bad } = partsOf(entry);
  const isWrong = bad.length > 0;
  const marks: Part[] = [
    node.kind === 'request' && html` <span class="tag ${node.effect}">${node.effect.toUpperCase()}</span>`,
    node.kind !== 'skipped' && node.disruptive && html` <span class="tag disruptive">DISRUPTIVE</span>`,
    (section === 'always' || section === 'evidence') && html` <span class="tag soft">${section}</span>`,
    undoes !== undefined && html` <span class="tag soft">rolls back ${undoes}</span>`,
  ];
  const kind = isWrong
    ? 'bad'
    : iterations.length > 0 && iterations.every(({ outcome }) => outcome === 'done')
      ? 'good'
      : 'soft';
  const total = iterations.reduce(
    (sum, { started_at, finished_at }) => sum + (durationBetween(started_at, finished_at) ?? 0),
    0,
  );
  const said =
    report.mode === 'dry' || iterations.length > 0
      ? html` <strong class="${kind}">${became}</strong>${total > 0 && html` <span class="soft">${timeText(total)}</span>`}`
      : html` <span class="soft">${became}</span>`;
  const head = html`<span class="number">${entry.number}</span>${marks} ${entry.title} <code class="soft">${id}</code>${became !== '' && said}`;
  const opening = undoes === wholeRunbook && depth === 0 && html`<h3>Rollback of the whole runbook</h3>`;
  const ofLoop = loop ? detailParts(loop, plan) : [];
  if (node.kind !== 'request') {
    const inside = [
      ...ofLoop,
      ...detailParts(node, plan),
      ...(node.kind === 'note' ? [html`<q>${node.note}</q>`] : []),
    ];
    return html`${opening}<div class="block" id="${anchorOf(id)}" data-depth="${level}">${head}${isInLoop && bad.map(({ step }) => html`<span id="${anchorOf(step)}"></span>`)}${inside.length > 0 && html`<div class="soft">${list(inside)}</div>`}</div>\n`;
  }
  const checks = [node.unchanged_when, node.done_when].flatMap((read) => read?.request.connection ?? []);
  const connections = [
    ...new Set([node.request.connection, ...checks, node.progress?.request?.connection ?? []].flat()),
  ];
  return html`${opening}<article class="step ${node.effect}" id="${anchorOf(id)}" data-depth="${level}" data-effect="${node.effect}" data-connections="${connections.join(' ')}" data-bad="${isWrong ? 'yes' : 'no'}" aria-label="${entry.number} ${entry.title}">
<details${isWrong && html` open`}><summary>${head}</summary><div>
${entry.planned > 1 && html`<p class="soft">The first of ${numberText(entry.planned)}, as planned:</p>`}${requestHtml(readable(node, plan).request, plan)}
${list([...ofLoop, ...detailParts(node, plan), html`at <code>${node.at}</code>`])}
${isInLoop ? loopHtml(entry) : iterations.map((step) => iterationHtml(step, iterations.length > 1))}
</div></details></article>\n`;
}

/** The iterations of a loop: those that failed in full, then the others, a row each. */
function loopHtml(entry: Entry): Part {
  const { bad, good } = partsOf(entry);
  return html`${bad.map(
    (step) =>
      html`<section class="iteration" id="${anchorOf(step.step)}" tabindex="-1" aria-label="${step.number} ${step.title}">${iterationHtml(step, true)}</section>\n`,
  )}
${
  good.length > 0 &&
  html`<details class="good-ones"><summary>${countsText({ ...entry, iterations: good, unreached: [] })}</summary>
<table><thead><tr><th>Iteration</th><th>Outcome</th><th>Calls</th><th>Time</th></tr></thead><tbody>${good.map(rowHtml)}</tbody></table>
<p class="soft">Bodies and assertions of these are in the JSON, and in <code>runbook show</code>.</p></details>`
}`;
}

function rowHtml({ step, outcome, message, calls, started_at, finished_at }: ReportedStep): Html {
  const duration = durationBetween(started_at, finished_at);
  return html`<tr id="${anchorOf(step)}"><td><code>${step}</code></td><td>${outcomeText(outcome)}${message !== undefined && `: ${message}`}</td><td>${calls.map(({ request, status, failure }, index) => html`${index > 0 && html`<br>`}<code>${request}</code> ${status ?? failure?.message ?? 'no response recorded'}`)}</td><td>${duration !== undefined && timeText(duration)}</td></tr>\n`;
}

function iterationHtml(step: ReportedStep, isOneOfMany: boolean): Html {
  const { calls, assertions, saved = {}, saved_secrets: secrets = [], started_at, finished_at, confirmation } = step;
  const saves = [
    ...Object.entries(saved).map(([name, value]) => `${name} = ${inOneLine(value, 2_000)}`),
    ...secrets.map((name) => `${name} = ‹secret›`),
  ];
  const duration = durationBetween(started_at, finished_at);
  return html`<h3>What happened${isOneOfMany && html`: <code>${step.step}</code>`}</h3>
<p>Began ${started_at}${duration !== undefined && `, took ${timeText(duration)}`}${step.message !== undefined && `: ${step.message}`}</p>
${confirmation && html`<p>${confirmation.question} <strong>${confirmation.confirmed ? 'yes' : 'no'}</strong></p>`}
${callsTable(calls)}
${
  assertions.length > 0 &&
  html`<table><thead><tr><th>Assertion</th><th>Expected</th><th>Actual</th><th>Result</th></tr></thead><tbody>${assertions.map(
    (assertion) =>
      html`<tr><td><code>${subjectOf(assertion)}</code></td><td><code>${expectedText(assertion)}</code></td><td><code>${inOneLine(assertion.actual, 4_000)}</code></td><td>${assertion.passed ? html`<span class="good">passed</span>` : html`<strong class="bad">FAILED</strong>${assertion.message !== undefined && ` ${assertion.message}`}`}</td></tr>`,
  )}</tbody></table>`
}
${saves.length > 0 && html`<p>Saved: ${saves.map((text) => html`<code>${text}</code> `)}</p>`}`;
}

function callsTable(calls: readonly ReportedCall[]): Part {
  if (calls.length === 0) return undefined;
  const { first, left, last } = shownCalls({ calls });
  const shown = [...first, ...last];
  return html`${left > 0 && html`<p class="soft">${left} calls in the middle are left out here; the JSON has them.</p>`}
<table><thead><tr><th>Call</th><th>Response</th><th>Time</th><th>x-opaque-id</th></tr></thead><tbody>${shown.map(
    (call) =>
      html`<tr><td><code>${call.request}</code>${(call.purpose === 'done_when' || call.purpose === 'unchanged_when') && html` <span class="soft">(idempotency check)</span>`}${call.purpose === 'progress' && html` <span class="soft">(progress)</span>`}${call.query !== undefined && html`<br><code>${inOneLine(call.query, 1_000)}</code>`}${call.effect === 'write' && bodyHtml(call)}</td><td>${answerHtml(call)}</td><td>${call.duration_ms === undefined ? '' : timeText(call.duration_ms)}</td><td><code>${call.opaque_id}</code></td></tr>`,
  )}</tbody></table>`;
}

function bodyHtml(call: ReportedCall): Part {
  const content = contentText(call);
  return (
    content !== undefined &&
    html`<pre tabindex="0" role="group" aria-label="Body as it was sent">${lines(content)}</pre>`
  );
}

function answerHtml({ status, failure, error, warnings }: ReportedCall): Html {
  const said =
    status ??
    (failure
      ? `no response: ${failure.message}${failure.sent === 'maybe' ? ' (it may have arrived)' : ''}`
      : 'no response is recorded');
  return html`${said}${error && html`<br>${errorText(error)}`}${warnings.map((warning) => html`<br><span class="warn">Warning: ${warning}</span>`)}`;
}
