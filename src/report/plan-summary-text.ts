import type { Plan } from '../plan/index.ts';
import { type Cell, type Paint, row, type Style, widthOf } from './columns.ts';
import { connectionWithAddress } from './outline.ts';
import {
  type CallCount,
  countsText,
  legendOf,
  loopText,
  type PlanSummary,
  summaryOf,
  type WriteLine,
} from './plan-summary.ts';
import { planFacts } from './plan-text.ts';

/** What a summary is fitted into, and what stands beside it without being part of the plan. */
export interface SummaryView {
  /** Columns. */
  readonly width: number;
  readonly paint: Paint;
  /** Sections behind those of the plan, each line as it is: how long the last runs took, what another run did. */
  readonly beside?: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** A line of a section; wrapped, it goes on below its own text. */
export interface Line {
  readonly mark?: string;
  readonly text: string;
  readonly style?: Style | undefined;
}

/** A plan as a reviewer reads it in two minutes: how much it does, what is disruptive, each write with what undoes it. */
export function planSummaryText(plan: Plan, id: string, view: SummaryView): string {
  const { paint, beside = [] } = view;
  const width = Math.max(40, view.width);
  const summary = summaryOf(plan);
  const lines = [
    ...row([{ text: plan.runbook.title, width, style: 'strong' }], paint),
    ...factLines(plan, id, width, paint),
    '',
    ...row([{ text: `${countsText(plan)}.`, width, style: 'strong' }], paint),
    ...callLines(summary.calls, plan, width, paint),
    ...questionLines(summary, width, paint),
    ...writeSection('Writes', 'UNDONE BY', summary.writes, width, paint),
    ...writeSection('Only if the run is rolled back', 'UNDOES', summary.rollback, width, paint),
    ...legendLines(summary, width, paint),
    ...noteLines(summary, width, paint),
    ...warningLines(summary, width, paint),
    ...inputLines(plan, id, width, paint),
    ...beside.flatMap((section) => sectionLines(section, width, paint)),
    '',
    ...row(
      [
        {
          text: 'Every call with its body and what must come back: --full. Values in <…> are known only when it runs.',
          width,
          style: 'soft',
        },
      ],
      paint,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Returns sections as they stand behind a plan; each begins with an empty line. */
export function sectionLines({ title, lines }: Section, width: number, paint: Paint): string[] {
  if (lines.length === 0) return [];
  const first = Math.max(...lines.map(({ mark = '' }) => widthOf(mark)));
  return [
    ...heading(title, width, paint),
    ...lines.flatMap(({ mark, text, style }) =>
      row(
        [...(mark === undefined ? [] : [{ text: mark, width: first, style }]), { text, width: width - first - 4 }],
        paint,
        2,
      ),
    ),
  ];
}

function heading(title: string, width: number, paint: Paint): string[] {
  return ['', ...row([{ text: title, width, style: 'strong' }], paint)];
}

function factLines(plan: Plan, id: string, width: number, paint: Paint): string[] {
  const facts = planFacts(plan, id);
  const shown = facts.filter(([name]) => !['input', 'connection', 'window'].includes(name));
  return shown.flatMap(([name, value]) =>
    row(
      [
        { text: name, width: 11, style: name === 'WARNING' ? 'bad' : 'soft' },
        { text: value, width: width - 15 },
      ],
      paint,
      2,
    ),
  );
}

function inputLines(plan: Plan, id: string, width: number, paint: Paint): string[] {
  const inputs = planFacts(plan, id).flatMap(([name, value]) => (name === 'input' ? [value] : []));
  return inputs.length === 0
    ? []
    : sectionLines({ title: 'Inputs', lines: [{ text: inputs.join(', ') }] }, width, paint);
}

function callLines(calls: readonly CallCount[], plan: Plan, width: number, paint: Paint): string[] {
  const name = Math.max(
    ...calls.map(({ connection, per }) => widthOf(per === undefined ? connection : `  ${loopText(per)}`)),
  );
  const line = (texts: readonly [string, string, string, string], indent: number, style?: Style) => {
    const [first, reads, writes, where] = texts;
    const cells: Cell[] = [
      { text: first, width: name - indent, style },
      { text: reads, width: 5, style, align: 'right' },
      { text: writes, width: 6, style, align: 'right' },
      { text: where, width: width - name - 19, style: 'soft' },
    ];
    return row(cells, paint, 2 + indent);
  };
  return [
    '',
    ...line(['', 'READS', 'WRITES', ''], 0, 'soft'),
    ...calls.flatMap(({ connection, per, reads, writes }) =>
      per === undefined
        ? line([connection, String(reads), String(writes), connectionWithAddress(connection, plan)], 0)
        : line([loopText(per), String(reads), String(writes), ''], 2),
    ),
  ];
}

function questionLines({ questions }: PlanSummary, width: number, paint: Paint): string[] {
  if (questions.length === 0) return [];
  const number = Math.max(...questions.map((one) => widthOf(one.number)));
  return [
    ...heading('Disruptive, or requires confirmation', width, paint),
    ...questions.flatMap(({ number: which, title, disruptive, notes }) => [
      ...row(
        [
          { text: disruptive ? '!' : '', width: marksWidth, style: 'bad' },
          { text: which, width: number },
          { text: title, width: width - number - marksWidth - 6 },
        ],
        paint,
        2,
      ),
      ...notes.flatMap((note) =>
        row([{ text: note, width: width - marksWidth - number - 6 }], paint, marksWidth + number + 6),
      ),
    ]),
  ];
}

const marksWidth = 4;

/** From here on a write and its call stand beside each other. */
const wide = 120;

function writeSection(
  title: string,
  undone: string,
  writes: readonly WriteLine[],
  width: number,
  paint: Paint,
): string[] {
  if (writes.length === 0) return [];
  const number = Math.max(4, ...writes.map((line) => widthOf(line.number)));
  const last = Math.min(Math.floor(width / 4), Math.max(undone.length, ...writes.map((line) => widthOf(line.undone))));
  const rest = width - 2 - marksWidth - number - last - 6;
  const isWide = width >= wide;
  const first = isWide
    ? Math.min(Math.max(5, ...writes.map((line) => widthOf(line.title))), Math.floor(rest / 2))
    : rest;
  const line = (marks: Cell, step: string, what: string, call: string, by: Cell) =>
    row(
      [
        marks,
        { text: step, width: number },
        { text: what, width: first },
        ...(isWide ? [{ text: call, width: rest - first - 2 }] : []),
        by,
      ],
      paint,
      2,
    );
  const heads = line({ text: '', width: marksWidth }, 'STEP', 'WRITE', 'CALL', { text: undone, width: last });
  return [
    ...heading(title, width, paint),
    ...heads.map((text) => paint('soft', text)),
    ...writes.flatMap((write, index) => {
      const isSamePlace = write.on === writes[index - 1]?.on;
      const place = isSamePlace ? [] : row([{ text: `on ${write.on}`, width: width - 2, style: 'soft' }], paint, 2);
      const marks = { text: `${write.marks}${write.disruptive ? '!' : ''}`, width: marksWidth, style: styleOf(write) };
      const by = { text: write.undone, width: last, style: write.isLeft ? ('bad' as const) : undefined };
      return [...place, ...line(marks, write.number, write.title, write.call, by)];
    }),
  ];
}

/** What must be known of the writes: many share it. */
function noteLines({ writes, rollback }: PlanSummary, width: number, paint: Paint): string[] {
  const numbers = new Map<string, string[]>();
  for (const { notes, number, on } of [...writes, ...rollback])
    for (const note of notes) {
      const some = numbers.get(note) ?? [];
      numbers.set(note, [...some, number === 'lock' ? `lock on ${on}` : number]);
    }
  if (numbers.size === 0) return [];
  const first = Math.min(Math.floor((width - 4) * 0.65), Math.max(...[...numbers.keys()].map(widthOf)));
  return [
    ...heading('Of these writes', width, paint),
    ...[...numbers].flatMap(([note, some]) =>
      row(
        [
          { text: note, width: first },
          { text: some.join(', '), width: width - first - 4 },
        ],
        paint,
        2,
      ),
    ),
  ];
}

function styleOf({ marks, disruptive }: WriteLine): Style | undefined {
  if (disruptive || marks.includes('-') || marks === '?') return 'bad';
  if (marks.includes('~')) return 'changed';
  return marks === '·' ? undefined : 'good';
}

function legendLines(summary: PlanSummary, width: number, paint: Paint): string[] {
  const marks = legendOf(summary).map(([mark, says]) => `${mark} ${says}`);
  return marks.length === 0
    ? []
    : ['', ...row([{ text: marks.join('   '), width: width - 2, style: 'soft' }], paint, 2)];
}

function warningLines({ warnings }: PlanSummary, width: number, paint: Paint): string[] {
  const lines = warnings.map(({ number, note, when }) => ({
    mark: number,
    text: `${note}${when.map((condition) => ` (only if ${condition})`).join('')}`,
  }));
  return sectionLines({ title: 'Its author warns of', lines }, width, paint);
}
