import { nodesIn, type Plan, type Visited } from '../plan/index.ts';
import type { Style } from './columns.ts';
import { diffOf } from './diff.ts';
import { diffSentence, headChanges, stepChanges } from './diff-text.ts';
import { iterationsIn } from './entries.ts';
import type { Line, Section } from './plan-summary-text.ts';
import { readable } from './readable.ts';
import { endText, outcomeText } from './run-lines.ts';
import { isBad, isGood, type ReportedStep, type RunReport } from './run-report.ts';
import type { Subject } from './subject.ts';

/**
 * Returns what a past run did otherwise than a plan says: the steps that its own plan has otherwise, and those that did not end as
 * done, or that only a failure has sent.
 */
export function comparisonSections({ run, ...before }: Subject, plan: Plan, id: string): Section[] {
  if (!run) return [];
  const { report } = run;
  const diff = diffOf(before.plan, before.id, plan, id);
  const otherwise = outcomesIn(report, plan);
  const kind = report.mode === 'dry' ? 'dry run' : 'run';
  return [
    {
      title: `Compared with the ${kind} ${report.run}, ${report.started_at}`,
      lines: [
        { text: endText(report), style: isGood(report.state) ? undefined : 'bad' },
        { text: diff.same ? 'It had this very plan.' : `Its plan was another one; ${diffSentence(diff)}.` },
      ],
    },
    {
      title: 'What differs from its plan to this one',
      lines: [
        ...headChanges(diff).map((text) => ({ mark: '', text })),
        ...stepChanges(diff).flatMap(({ mark, head, fields }): Line[] => [
          { mark, text: head, style: 'strong' },
          ...fields.map((text) => ({ mark: '', text })),
        ]),
      ],
    },
    {
      title: 'What became of these steps in it, other than done',
      lines: otherwise.length > 0 ? otherwise : [{ text: 'Nothing: each step of this plan that it has was done.' }],
    },
  ];
}

function outcomesIn(report: RunReport, plan: Plan): Line[] {
  const iterationsOf = iterationsIn(report);
  const ended = new Set<string>();
  let unreached = 0;
  const lines = nodesIn(plan).flatMap((entry): Line[] => {
    const { node, section, within } = entry;
    const iterations = iterationsOf(node.id);
    // With the block around it: what is in it was not reached for that reason.
    if (within !== undefined && ended.has(within)) ended.add(node.id);
    if (node.kind === 'skipped' || node.kind === 'note' || ended.has(node.id)) return [];
    if (iterations.length === 0) {
      if (node.kind === 'request' && section !== 'rollback' && section !== 'evidence') unreached++;
      return [];
    }
    const isSettled = iterations.every(
      ({ outcome }) => outcome === 'skipped' || outcome === 'unchanged' || outcome === 'in-place',
    );
    if (isSettled) ended.add(node.id);
    // What is inside of a block says how it ended.
    if (node.kind === 'block' && !isSettled) return [];
    return lineOf(entry, iterations, plan);
  });
  const [are, them] = unreached === 1 ? ['step of this plan is', 'it'] : ['steps of this plan are', 'them'];
  const text = `${unreached} more ${are} not in it: it did not reach ${them}, or its plan did not have ${them}`;
  const rest = unreached === 0 ? [] : [{ text }];
  return [...lines, ...rest];
}

function lineOf({ node, section }: Visited, iterations: readonly ReportedStep[], plan: Plan): Line[] {
  const sent = Math.max(
    ...iterations.map(
      ({ calls }) => calls.filter(({ effect, purpose }) => effect === 'write' && purpose === 'step').length,
    ),
  );
  const counts = new Map<string, number>();
  for (const { outcome, message } of iterations) {
    const words = `${outcomeText(outcome)}${message === undefined || outcome === 'done' ? '' : `: ${message}`}`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const isOnlyAfterFailure = section === 'rollback' || section === 'evidence';
  const isDone = iterations.every(({ outcome }) => outcome === 'done');
  if (isDone && !isOnlyAfterFailure && sent < 2) return [];
  const said = [...counts].map(([words, count]) => (iterations.length > 1 ? `${count} × ${words}` : words));
  const { title, number } = readable(node, plan, 'short');
  const style: Style | undefined = iterations.some(({ outcome }) => isBad(outcome)) ? 'bad' : undefined;
  return [
    { mark: number, text: `${title}: ${[...said, ...(sent > 1 ? [`sent ${sent} times`] : [])].join('; ')}`, style },
  ];
}
