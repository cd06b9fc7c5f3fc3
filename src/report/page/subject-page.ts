import { nodesIn, type Plan, type Visited, wholeRunbook } from '../../plan/index.ts';
import { connectionWithAddress, unreachedText } from '../outline.ts';
import { countsText, legendOf, loopText, summaryOf, type WriteLine } from '../plan-summary.ts';
import { planFacts } from '../plan-text.ts';
import { readable } from '../readable.ts';
import type { Subject } from '../subject.ts';
import { rollbackGraph } from './graphs.ts';
import { type Html, html, type Part } from './html.ts';
import type { Page } from './page.ts';
import { approvalList, detailParts, facts, filters, list, requestHtml } from './parts.ts';
import { runSubjectPage } from './run-page.ts';
import { filterScript } from './script.ts';

/** A plan, or a run with its plan, as a page for a browser. `above` stands before everything else. */
export function subjectPage(subject: Subject, above?: Part): Page {
  return subject.run ? runSubjectPage(subject, subject.run.report, above) : planPage(subject, above);
}

function planPage(subject: Subject, above: Part): Page {
  const { plan, id } = subject;
  const undo = rollbackGraph(plan);
  return {
    title: `Plan: ${plan.runbook.title}`,
    scripts: [filterScript],
    body: html`<a class="skip" href="#steps">To the steps</a>
${above}<header>
<h1>${plan.runbook.title}</h1>
<p class="state">Plan: ${countsText(plan)}. A plan sends nothing itself.</p>
</header>
<main>
${summarySection(plan)}
<section aria-labelledby="about"><h2 id="about">About</h2>
${facts(planFacts(plan, id))}</section>
${subject.approvals && html`<section aria-labelledby="approvals"><h2 id="approvals">Approvals</h2>${approvalList(subject.approvals, 'Not approved yet.')}</section>`}
${undo && html`<section aria-labelledby="undoing"><h2 id="undoing">Rollback</h2>${undo}</section>`}
<section aria-labelledby="steps"><h2 id="steps">Calls</h2>
${filters(Object.keys(plan.environment.connections), false)}
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
    ({ connection, per, reads, writes: written }) =>
      html`<tr><td>${connection}${per !== undefined && `, ${loopText(per)}`}</td><td class="count">${reads}</td><td class="count">${written}</td><td>${per === undefined && connectionWithAddress(connection, plan)}</td></tr>`,
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

function entryHtml({ node: planned, section, depth, undoes }: Visited, { plan }: Subject): Part {
  const node = readable(planned, plan);
  const level = Math.min(6, depth);
  const anchor = `step-${node.id}`;
  const marks: Part[] = [
    node.kind === 'request' && html` <span class="tag ${node.effect}">${node.effect.toUpperCase()}</span>`,
    node.kind !== 'skipped' && node.disruptive && html` <span class="tag disruptive">DISRUPTIVE</span>`,
    (section === 'always' || section === 'evidence') && html` <span class="tag soft">${section}</span>`,
    undoes !== undefined && html` <span class="tag soft">rolls back ${undoes}</span>`,
  ];
  const skipped = node.kind === 'skipped' && html` <span class="soft">${unreachedText(node)}</span>`;
  const head = html`<span class="number">${node.number}</span>${marks} ${node.title} <code class="soft">${node.id}</code>${skipped}`;
  const opening = undoes === wholeRunbook && depth === 0 && html`<h3>Rollback of the whole runbook</h3>`;
  if (node.kind !== 'request') {
    const inside = [...detailParts(planned, plan), ...(node.kind === 'note' ? [html`<q>${node.note}</q>`] : [])];
    return html`${opening}<div class="block" id="${anchor}" data-depth="${level}">${head}${inside.length > 0 && html`<div class="soft">${list(inside)}</div>`}</div>\n`;
  }
  const checks = [node.unchanged_when, node.done_when].flatMap((read) => read?.request.connection ?? []);
  const connections = [
    ...new Set([node.request.connection, ...checks, node.progress?.request?.connection ?? []].flat()),
  ];
  return html`${opening}<article class="step ${node.effect}" id="${anchor}" data-depth="${level}" data-effect="${node.effect}" data-connections="${connections.join(' ')}" data-bad="no" aria-label="${node.number} ${node.title}">
<details><summary>${head}</summary><div>
${requestHtml(node.request, plan)}
${list([...detailParts(planned, plan), html`at <code>${node.at}</code>`])}
</div></details></article>\n`;
}
