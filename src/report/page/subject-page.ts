import type { CleanupFailure, GivenApproval } from '../../engine/index.ts';
import { partsOfCall } from '../../language/index.ts';
import { nodesIn, type Plan, type PlannedNode, type Request, type Visited, wholeRunbook } from '../../plan/index.ts';
import { inOneLine } from '../../text/in-one-line.ts';
import { detailsOf } from '../details.ts';
import { forecastSentence, predictionsOf } from '../forecast.ts';
import {
  addressOf,
  bodyText,
  connectionText,
  connectionWithAddress,
  iterationsOf,
  lockText,
  requestText,
  titleOf,
  unreachedText,
} from '../outline.ts';
import { countsText, legendOf, summaryOf, type WriteLine } from '../plan-summary.ts';
import { planFacts } from '../plan-text.ts';
import { readable } from '../readable.ts';
import { errorText, expectedText, reasonText, subjectOf } from '../reason-text.ts';
import {
  approvalText,
  byHandLines,
  endText,
  keptText,
  leftCallText,
  leftText,
  leftTitle,
  notesOf,
  noteText,
  outcomeText,
} from '../run-lines.ts';
import {
  durationBetween,
  isBad,
  isGood,
  isOpen,
  type ReportedCall,
  type ReportedStep,
  type RunReport,
  timeText,
} from '../run-report.ts';
import type { Subject } from '../subject.ts';
import { valueText } from '../words.ts';
import { rollbackGraph, waterfall } from './graphs.ts';
import { type Html, html, lines, type Part } from './html.ts';
import type { Page } from './page.ts';
import { filterScript } from './script.ts';

/** A plan, or a run with its plan, as a page for a browser. `above` stands before everything else. */
export function subjectPage(subject: Subject, above?: Part): Page {
  const { plan, id, run } = subject;
  const report = run?.report;
  const undo = rollbackGraph(plan, report);
  const times = report && waterfall(report);
  return {
    title: `${report ? `${report.state}: ` : 'Plan: '}${plan.runbook.title}`,
    scripts: [filterScript],
    body: html`<a class="skip" href="#steps">To the steps</a>
${above}<header>
<h1>${plan.runbook.title}</h1>
${report ? runHead(report) : html`<p class="state">Plan: ${countsText(plan)}. A plan sends nothing itself.</p>`}
</header>
<main>
${!report && summarySection(plan)}
<section aria-labelledby="about"><h2 id="about">About</h2>
${facts(planFacts(plan, id))}</section>
${report && recordSection(report)}
${subject.approvals && html`<section aria-labelledby="approvals"><h2 id="approvals">Approvals</h2>${approvalList(subject.approvals, 'Not approved yet.')}</section>`}
${times && html`<section aria-labelledby="time"><h2 id="time">Time line</h2>${times}</section>`}
${undo && html`<section aria-labelledby="undoing"><h2 id="undoing">Rollback</h2>${undo}</section>`}
<section aria-labelledby="steps"><h2 id="steps">Calls</h2>
${filters(Object.keys(plan.environment.connections), report !== undefined)}
${report && plan.locks.length > 0 && html`<p class="soft">Locks, before the first write: ${plan.locks.map((lock) => html`${connectionText(lock)}: <code>${lockText(lock)}</code>. `)}</p>`}
${nodesIn(plan).map((entry) => entryHtml(entry, subject))}
</section>
</main>`,
  };
}

/** What a reviewer reads first: how much it does, what is disruptive, each write with what undoes it. */
function summarySection(plan: Plan): Html {
  const summary = summaryOf(plan);
  const { calls, questions, writes, rollback, warnings } = summary;
  return html`<section aria-labelledby="summary"><h2 id="summary">Summary</h2>
<table><thead><tr><th>Connection</th><th>Reads</th><th>Writes</th><th>Where</th></tr></thead><tbody>${calls.map(
    ({ connection, perItemOf, reads, writes: written }) =>
      html`<tr><td>${connection}${perItemOf !== undefined && `, per item of step ${perItemOf}`}</td><td class="count">${reads}</td><td class="count">${written}</td><td>${perItemOf === undefined && connectionWithAddress(connection, plan)}</td></tr>`,
  )}</tbody></table>
${list(
  questions.map(
    ({ id, number, title, disruptive, notes }) =>
      html`${disruptive && html`<span class="tag disruptive">DISRUPTIVE</span> `}<a href="#step-${encodeURIComponent(id)}">${number}</a> ${title}${list(notes.map((note) => html`${note}`))}`,
  ),
)}
<h3>Writes</h3>
${writeTable('Undone by', writes)}
<p class="soft">${legendOf(summary).map(([mark, says]) => html`<code class="mark">${mark}</code> ${says}. `)}</p>
${rollback.length > 0 && html`<details><summary>${rollback.length} writes only if the run is rolled back</summary>${writeTable('Undoes', rollback)}</details>`}
${list(
  warnings.map(
    ({ number, note, when }) =>
      html`<strong class="warn">Warning ${number}:</strong> ${note}${when.map((condition) => ` (only if ${condition})`)}`,
  ),
)}
</section>`;
}

function writeTable(undone: string, lines: readonly WriteLine[]): Part {
  if (lines.length === 0) return undefined;
  return html`<table class="writes"><thead><tr><th>Mark</th><th>Step</th><th>Write</th><th>Call</th><th>${undone}</th></tr></thead><tbody>${lines.map(
    ({ id, marks, disruptive, number, title, call, on, notes, undone: by, isLeft }) =>
      html`<tr><td><code class="mark ${markClass(marks, disruptive)}">${marks}${disruptive && '!'}</code></td><td>${id === undefined ? number : html`<a href="#step-${encodeURIComponent(id)}">${number}</a>`}</td><td>${title}</td><td><code>${call}</code> <span class="soft">on ${on}</span>${notes.map((note) => html`<br><span class="soft">${note}</span>`)}</td><td>${isLeft ? html`<strong class="bad">${by}</strong>` : by}</td></tr>`,
  )}</tbody></table>`;
}

function markClass(marks: string, disruptive: boolean): string {
  if (disruptive || marks.includes('-') || marks === '?') return 'bad';
  return marks.includes('~') ? 'warn' : 'good';
}

/** Inputs are many, and rarely what somebody looks for first. */
function facts(all: readonly (readonly [name: string, value: string])[]): Html {
  const rows = (some: typeof all) =>
    html`<dl>${some.map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>\n`)}</dl>`;
  const inputs = all.filter(([name]) => name === 'input');
  return html`${rows(all.filter(([name]) => name !== 'input'))}
${inputs.length > 0 && html`<details><summary>${inputs.length} inputs</summary>${rows(inputs)}</details>`}`;
}

/** Returns how the state of a run is coloured; it is always said in words, too. */
export function colourOf(state: RunReport['state']): 'good' | 'warn' | 'bad' {
  return isGood(state) ? 'good' : isOpen(state) ? 'warn' : 'bad';
}

function runHead(report: RunReport): Html {
  const { summary, state, mode } = report;
  const kind = colourOf(state);
  const duration = durationBetween(report.started_at, report.finished_at);
  const said = endText(report);
  return html`<p class="state ${kind}">${mode === 'dry' ? `Dry run: ${forecastSentence(report.forecast ?? [])}` : said}</p>
${mode === 'dry' && state !== 'done' && html`<p>${said}</p>`}
<p>Run <code>${report.run}</code>, began ${report.started_at}${duration !== undefined && ` and took ${timeText(duration)}`}, by runbook ${report.version}.</p>
${list((summary ? notesOf(summary) : []).map((note) => html`${noteText(note)}`))}
${list((summary?.cleanup_failures ?? []).map(cleanupHtml))}
${list((summary?.in_doubt ?? []).map((step) => html`<strong class="bad">Unknown outcome:</strong> ${step}`))}
${list((summary?.left ?? []).map((left) => html`<strong class="bad">${leftTitle(left)}:</strong> ${leftText(left)}`))}
${summary && summary.by_hand.length > 0 && html`<p><strong>To complete the rollback:</strong> <code>runbook rollback ${report.run}</code>, or by hand, in this order:</p>`}
${list((summary ? byHandLines(summary) : []).map((line) => html`${line}`))}
${list((summary?.kept ?? []).map((kept) => html`<strong>Kept:</strong> ${keptText(kept)}`))}`;
}

function cleanupHtml(failure: CleanupFailure): Html {
  const call = leftCallText(failure);
  return html`<strong class="bad">Not cleaned up:</strong> ${failure.step}: ${call !== undefined && html`<code>${call}</code> `}${reasonText(failure.reason)}`;
}

function approvalList(approvals: readonly GivenApproval[], none: string): Part {
  return approvals.length === 0 ? none : list(approvals.map((approval) => html`${approvalText(approval)}`));
}

function recordSection({ origin, journal, resumed, locks, run }: RunReport): Html {
  const approvals = origin.approvals ?? [];
  return html`<section aria-labelledby="record"><h2 id="record">Journal and approvals</h2>
<dl>
<dt>journal</dt><dd>${journal.events} events, ends in <code>${journal.head}</code></dd>
<dt>to verify it</dt><dd><code>runbook verify ${run} --head ${journal.head}${approvals.length > 0 && ' --allowed-signers FILE'}</code></dd>
<dt>approvals</dt><dd>${approvalList(approvals, 'none were required')}</dd>
<dt>started with</dt><dd class="mono">${origin.runbook}, --env ${origin.env}${origin.plan_file !== undefined && `, --plan ${origin.plan_file}`}${origin.set.map((set) => `, --set ${set}`)}${origin.confirm.map((step) => `, --confirm ${step}`)}</dd>
${resumed.map(({ at, as, version }) => html`<dt>${as === 'resume' ? 'resumed' : 'step-rolled-back'}</dt><dd>${at}, by runbook ${version}</dd>`)}
${locks.map(({ at, connection, state, message }) => html`<dt>lock</dt><dd>${at} ${connection}: ${state}${message !== undefined && `: ${message}`}</dd>`)}
</dl></section>`;
}

function filters(connections: readonly string[], isRun: boolean): Html {
  const radio = (value: string, label: string) =>
    html`<label><input type="radio" name="effect" value="${value}"${value === '' && html` checked`}> ${label}</label>`;
  return html`<div class="filters" role="search">
<label for="search">Search <span class="soft">(press /)</span><input type="search" id="search" autocomplete="off"></label>
<label for="connection">Connection<select id="connection"><option value="">all</option>${connections.map((name) => html`<option>${name}</option>`)}</select></label>
<fieldset><legend>Show</legend>${radio('', 'all')}${radio('read', 'reads')}${radio('write', 'writes')}${isRun && radio('bad', 'what failed')}</fieldset>
<button type="button" id="open">Open or close all</button>
<span id="count" role="status" aria-live="polite"></span>
</div>`;
}

function entryHtml({ node: planned, section, depth, undoes }: Visited, { plan, run }: Subject): Part {
  const node = readable(planned, plan);
  const report = run?.report;
  const iterations = report ? iterationsOf(node.id, report) : [];
  const level = Math.min(6, depth);
  const anchor = `step-${node.id}`;
  const marks: Part[] = [
    node.kind === 'request' && html` <span class="tag ${node.effect}">${node.effect.toUpperCase()}</span>`,
    node.kind !== 'skipped' && node.disruptive && html` <span class="tag disruptive">DISRUPTIVE</span>`,
    (section === 'always' || section === 'evidence') && html` <span class="tag soft">${section}</span>`,
    undoes !== undefined && html` <span class="tag soft">rolls back ${undoes}</span>`,
  ];
  const became = report
    ? html` ${becameHtml(node, iterations, report, section)}`
    : node.kind === 'skipped' && html` <span class="soft">${unreachedText(node)}</span>`;
  const head = html`<span class="number">${node.number}</span>${marks} ${titleOf(node, iterations)} <code class="soft">${node.id}</code>${became}`;
  const opening = undoes === wholeRunbook && depth === 0 && html`<h3>Rollback of the whole runbook</h3>`;
  if (node.kind !== 'request') {
    const inside = [...detailParts(planned, plan), ...(node.kind === 'note' ? [html`<q>${node.note}</q>`] : [])];
    return html`${opening}<div class="block" id="${anchor}" data-depth="${level}">${head}${inside.length > 0 && html`<div class="soft">${list(inside)}</div>`}</div>\n`;
  }
  const isWrong = iterations.some(
    ({ outcome, assertions }) => isBad(outcome) || assertions.some(({ passed }) => !passed),
  );
  const checks = [node.unchanged_when, node.done_when].flatMap((read) => read?.request.connection ?? []);
  const connections = [
    ...new Set([node.request.connection, ...checks, node.progress?.request?.connection ?? []].flat()),
  ];
  return html`${opening}<article class="step ${node.effect}" id="${anchor}" data-depth="${level}" data-effect="${node.effect}" data-connections="${connections.join(' ')}" data-bad="${isWrong ? 'yes' : 'no'}" aria-label="${node.number} ${titleOf(node, iterations)}">
<details${isWrong && html` open`}><summary>${head}</summary><div>
${requestHtml(node.request, plan)}
${list([...detailParts(planned, plan), html`at <code>${node.at}</code>`])}
${iterations.map((step) => iterationHtml(step, plan, iterations.length > 1))}
</div></details></article>\n`;
}

function isOnlyAfterFailure(section: Visited['section']): boolean {
  return section === 'rollback' || section === 'evidence';
}

function becameHtml(
  node: PlannedNode,
  iterations: readonly ReportedStep[],
  report: RunReport,
  section: Visited['section'],
): Html {
  if (report.mode === 'dry')
    return html`<strong>${predictionsOf(node, report).join('; ') || (isOnlyAfterFailure(section) ? '' : 'not reached')}</strong>`;
  if (iterations.length === 0)
    return isOnlyAfterFailure(section) ? html`` : html`<span class="soft">${unreachedText(node)}</span>`;
  const total = iterations.reduce(
    (sum, { started_at, finished_at }) => sum + (durationBetween(started_at, finished_at) ?? 0),
    0,
  );
  const words = iterations.map(
    ({ outcome, message }) => `${outcomeText(outcome)}${message === undefined ? '' : `: ${message}`}`,
  );
  const said = [...new Set(words)];
  const kind = iterations.some(({ outcome }) => isBad(outcome))
    ? 'bad'
    : iterations.every(({ outcome }) => outcome === 'done')
      ? 'good'
      : 'soft';
  return html`<strong class="${kind}">${said.join('; ')}</strong>${total > 0 && html` <span class="soft">${timeText(total)}</span>`}`;
}

function requestHtml(request: Request, plan: Subject['plan']): Html {
  if (request.type !== 'http') return html`<pre>${lines(`${requestText(request)}\non ${request.connection}`)}</pre>`;
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => `\n${name}: ${valueText(value)}`);
  return html`<p class="soft">on ${connectionText(request)}</p>
<pre tabindex="0" role="group" aria-label="Request">${lines(`${request.method} ${addressOf(request, plan)}${headers.join('')}`)}${request.body !== undefined && html`\n\n${lines(bodyText(request, plan))}`}</pre>`;
}

function detailParts(node: PlannedNode, plan: Subject['plan']): Html[] {
  return detailsOf(node, plan).map(
    ({ name, value, otherwise }) =>
      html`${name} <code>${value}</code>${otherwise !== undefined && ` — otherwise: ${otherwise}`}`,
  );
}

function iterationHtml(step: ReportedStep, plan: Plan, isOneOfMany: boolean): Html {
  const { calls, assertions, saved = {}, saved_secrets: secrets = [], started_at, finished_at, confirmation } = step;
  const saves = [
    ...Object.entries(saved).map(([name, value]) => `${name} = ${inOneLine(value, 2_000)}`),
    ...secrets.map((name) => `${name} = ‹secret›`),
  ];
  const duration = durationBetween(started_at, finished_at);
  return html`<h3>What happened${isOneOfMany && html`: <code>${step.step}</code>`}</h3>
<p>Began ${started_at}${duration !== undefined && `, took ${timeText(duration)}`}${step.message !== undefined && `: ${step.message}`}</p>
${confirmation && html`<p>${confirmation.question} <strong>${confirmation.confirmed ? 'yes' : 'no'}</strong></p>`}
${callsTable(calls, plan)}
${
  assertions.length > 0 &&
  html`<table><thead><tr><th>Assertion</th><th>Expected</th><th>Actual</th><th>Result</th></tr></thead><tbody>${assertions.map(
    (assertion) =>
      html`<tr><td><code>${subjectOf(assertion)}</code></td><td><code>${expectedText(assertion)}</code></td><td><code>${inOneLine(assertion.actual, 4_000)}</code></td><td>${assertion.passed ? html`<span class="good">passed</span>` : html`<strong class="bad">FAILED</strong>${assertion.message !== undefined && ` ${assertion.message}`}`}</td></tr>`,
  )}</tbody></table>`
}
${saves.length > 0 && html`<p>Saved: ${saves.map((text) => html`<code>${text}</code> `)}</p>`}`;
}

/** A poll asks the same many times: the first and the last ones are shown. */
const mostCalls = 20;

function callsTable(calls: readonly ReportedCall[], plan: Plan): Part {
  if (calls.length === 0) return undefined;
  const left = calls.length - mostCalls;
  const shown = left > 0 ? [...calls.slice(0, mostCalls / 2), ...calls.slice(-mostCalls / 2)] : calls;
  return html`${left > 0 && html`<p class="soft">${left} calls in the middle are left out here; the JSON has them.</p>`}
<table><thead><tr><th>Call</th><th>Response</th><th>Time</th><th>x-opaque-id</th></tr></thead><tbody>${shown.map(
    (call) =>
      html`<tr><td><code>${call.request}</code>${(call.purpose === 'done_when' || call.purpose === 'unchanged_when') && html` <span class="soft">(idempotency check)</span>`}${call.purpose === 'progress' && html` <span class="soft">(progress)</span>`}${call.query !== undefined && html`<br><code>${inOneLine(call.query, 1_000)}</code>`}${call.body !== undefined && call.effect === 'write' && html`<pre tabindex="0" role="group" aria-label="Body as it was sent">${lines(bodyText({ ...call, ...partsOfCall(call.request) }, plan))}</pre>`}</td><td>${answerHtml(call)}</td><td>${call.duration_ms === undefined ? '' : timeText(call.duration_ms)}</td><td><code>${call.opaque_id}</code></td></tr>`,
  )}</tbody></table>`;
}

function answerHtml({ status, failure, error, warnings }: ReportedCall): Html {
  const said =
    status ??
    (failure
      ? `no response: ${failure.message}${failure.sent === 'maybe' ? ' (it may have arrived)' : ''}`
      : 'no response is recorded');
  return html`${said}${error && html`<br>${errorText(error)}`}${warnings.map((warning) => html`<br><span class="warn">Warning: ${warning}</span>`)}`;
}

function list(items: readonly Html[]): Part {
  return items.length > 0 && html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}
