import type { RunList } from '../run-list.ts';
import { isOpen, timeText } from '../run-report.ts';
import type { Subject } from '../subject.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';
import { colourOf } from './parts.ts';
import { subjectPage } from './subject-page.ts';

/**
 * The list of runs and plans; it loads itself again when something has changed.
 * @param state What the list rests on; its server is asked for what is another one.
 */
export function runsPage(
  { runs, problems }: RunList,
  plans: readonly { readonly file: string; readonly title: string; readonly id: string }[],
  state: string,
): Page {
  return {
    title: 'Runs',
    isLive: true,
    scripts: [listScript],
    body: html`<h1>Runs</h1>
<p class="soft" id="live" role="status">To be read: nothing can be started from here.</p>
<main data-seen="${state}">
${problems.map((problem) => html`<p class="state bad">${problem}</p>`)}
${
  runs.length === 0
    ? html`<p>There are no runs in this directory yet.</p>`
    : html`<table><thead><tr><th>Run</th><th>State</th><th>Started</th><th>Duration</th><th>Runbook</th><th>Environment</th><th>Who</th></tr></thead><tbody>${runs.map(
        ({ run, started_at, duration_ms, runbook, environment, operators, mode, state, message }) =>
          html`<tr><td><a href="runs/${encodeURIComponent(run)}"><code>${run}</code></a></td><td><strong class="${colourOf(state)}">${state}</strong>${mode === 'dry' && ' (dry run)'}${message !== undefined && html`<br>${message}`}</td><td>${started_at}</td><td>${duration_ms === undefined ? '' : timeText(duration_ms)}</td><td>${runbook}</td><td>${environment}</td><td>${operators.join(', ')}</td></tr>`,
      )}</tbody></table>`
}
<h2>Plans</h2>
${
  plans.length === 0
    ? html`<p>There are no plans in this directory: <code>runbook plan … --out plan.json</code> writes one.</p>`
    : html`<table><thead><tr><th>File</th><th>Title</th><th>Plan</th></tr></thead><tbody>${plans.map(
        ({ file, title, id }) =>
          html`<tr><td><a href="plans/${encodeURIComponent(file)}"><code>${file}</code></a></td><td>${title}</td><td><code>${id}</code></td></tr>`,
      )}</tbody></table>`
}
</main>`,
  };
}

const back = html`<p><a href="../">All runs and plans</a></p>\n`;

/** A run; one that is not finished shows what is going on, and loads itself again at its end. */
export function runPage(subject: Subject): Page {
  const page = subjectPage(
    subject,
    subject.run && isOpen(subject.run.report.state) ? [back, live(subject.run.events.length)] : back,
  );
  if (subject.run && !isOpen(subject.run.report.state)) return page;
  return { ...page, isLive: true, scripts: [...(page.scripts ?? []), liveScript] };
}

function live(seen: number) {
  return html`<section aria-labelledby="now"><h2 id="now">Now</h2>
<p class="soft">What has happened since this page was loaded; it is loaded again when the run has ended. A run whose process has died says nothing more: <code>runbook resume</code> goes on with it.</p>
<pre id="log" role="log" aria-live="polite" tabindex="0" data-seen="${seen}"></pre></section>\n`;
}

/** Returns the error of a journal or plan, in the place of its page. */
export function damagePage(problem: string): Page {
  return { title: 'Damaged', body: html`${back}<h1>This cannot be shown</h1>\n<p class="state bad">${problem}</p>` };
}

const listScript = `
(() => {
  const source = new EventSource('events?seen=' + document.querySelector('main').dataset.seen);
  source.addEventListener('changed', () => location.reload());
  // Whoever has clicked is not held back by a change.
  addEventListener('beforeunload', () => source.close());
})();
`;

const liveScript = `
(() => {
  const log = document.getElementById('log');
  if (!log) return;
  const id = location.pathname.split('/').pop();
  const source = new EventSource(id + '/events?seen=' + log.dataset.seen);
  source.addEventListener('lines', (event) => {
    const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    log.append(JSON.parse(event.data).map((line) => line + '\\n').join(''));
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  });
  source.addEventListener('finished', () => { source.close(); location.reload(); });
})();
`;
