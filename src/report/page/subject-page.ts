import { nodesIn, type Visited, wholeRunbook } from '../../plan/index.ts';
import { unreachedText } from '../outline.ts';
import { countsText, planFacts } from '../plan-text.ts';
import type { Subject } from '../subject.ts';
import { rollbackGraph } from './graphs.ts';
import { html, type Part } from './html.ts';
import type { Page } from './page.ts';
import { approvalList, detailParts, facts, filters, list, locksLine, requestHtml } from './parts.ts';
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
<section aria-labelledby="about"><h2 id="about">About</h2>
${facts(planFacts(plan, id))}</section>
${subject.approvals && html`<section aria-labelledby="approvals"><h2 id="approvals">Approvals</h2>${approvalList(subject.approvals, 'Not approved yet.')}</section>`}
${undo && html`<section aria-labelledby="undoing"><h2 id="undoing">Rollback</h2>${undo}</section>`}
<section aria-labelledby="steps"><h2 id="steps">Calls</h2>
${filters(Object.keys(plan.environment.connections), false)}
${locksLine(plan)}
${nodesIn(plan).map((entry) => entryHtml(entry, subject))}
</section>
</main>`,
  };
}

function entryHtml({ node, section, depth, undoes }: Visited, { plan }: Subject): Part {
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
    const inside = [...detailParts(node, plan), ...(node.kind === 'note' ? [html`<q>${node.note}</q>`] : [])];
    return html`${opening}<div class="block" id="${anchor}" data-depth="${level}">${head}${inside.length > 0 && html`<div class="soft">${list(inside)}</div>`}</div>\n`;
  }
  const checks = [node.unchanged_when, node.done_when].flatMap((read) => read?.request.connection ?? []);
  const connections = [node.request.connection, ...checks];
  return html`${opening}<article class="step ${node.effect}" id="${anchor}" data-depth="${level}" data-effect="${node.effect}" data-connections="${connections.join(' ')}" data-bad="no" aria-label="${node.number} ${node.title}">
<details><summary>${head}</summary><div>
${requestHtml(node.request, plan)}
${list([...detailParts(node, plan), html`at <code>${node.at}</code>`])}
</div></details></article>\n`;
}
