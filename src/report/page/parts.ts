import type { GivenApproval } from '../../engine/index.ts';
import type { Plan, PlannedNode, Request } from '../../plan/index.ts';
import { detailsOf } from '../details.ts';
import { addressOf, connectionText, contentText, lockText, requestText } from '../outline.ts';
import { approvalText } from '../run-lines.ts';
import { isGood, isOpen, type RunReport } from '../run-report.ts';
import { valueText } from '../words.ts';
import { type Html, html, lines, type Part } from './html.ts';

/** Returns what the whole plan is about. Inputs are many, and rarely what somebody looks for first. */
export function facts(all: readonly (readonly [name: string, value: string])[]): Html {
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

export function approvalList(approvals: readonly GivenApproval[], none: string): Part {
  return approvals.length === 0 ? none : list(approvals.map((approval) => html`${approvalText(approval)}`));
}

export function locksLine({ locks }: Plan): Part {
  return (
    locks.length > 0 &&
    html`<p class="soft">Locks, before the first write: ${locks.map((lock) => html`${connectionText(lock)}: <code>${lockText(lock)}</code>. `)}</p>`
  );
}

export function filters(connections: readonly string[], isRun: boolean): Html {
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

export function requestHtml(request: Request, plan: Plan): Html {
  if (request.type !== 'http') return html`<pre>${lines(`${requestText(request)}\non ${request.connection}`)}</pre>`;
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => `\n${name}: ${valueText(value)}`);
  const content = contentText(request);
  return html`<p class="soft">on ${connectionText(request)}</p>
<pre tabindex="0" role="group" aria-label="Request">${lines(`${request.method} ${addressOf(request, plan)}${headers.join('')}`)}${content !== undefined && html`\n\n${lines(content)}`}</pre>`;
}

export function detailParts(node: PlannedNode, plan: Plan): Html[] {
  return detailsOf(node, plan).map(
    ({ name, value, otherwise }) =>
      html`${name} <code>${value}</code>${otherwise !== undefined && ` — otherwise: ${otherwise}`}`,
  );
}

export function list(items: readonly Html[]): Part {
  return items.length > 0 && html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}
