// Prints what the program costs, as ratios within this run, and compares with the figures of the last release.
//   npm run bench                 all of it
//   npm run bench -- start-up     the groups whose titles have this in them
//   npm run bench -- --keep       writes the figures of a release to bench/last-release.json
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { handshakes, sideBySide, steps } from './exec.ts';
import type { Figure } from './figures.ts';
import { largePlans, manyFiles } from './plans.ts';
import { reports } from './reports.ts';
import { iterating, journal, parsing, polling, redacting, resuming } from './runs.ts';
import { simulation } from './simulation.ts';
import { largeFile, startUp } from './start-up.ts';

const groups = [
  startUp,
  largeFile,
  manyFiles,
  largePlans,
  steps,
  handshakes,
  sideBySide,
  reports,
  parsing,
  journal,
  resuming,
  polling,
  iterating,
  redacting,
  simulation,
];

const file = 'bench/last-release.json';
/** More than noise. */
const worse = 1.1;

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const keeps = process.argv.includes('--keep');
const last: Record<string, number> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).figures : {};
const measured: Record<string, number> = {};
const problems: string[] = [];

const text = ({ value, unit }: Pick<Figure, 'value' | 'unit'>) =>
  `${value.toFixed(unit === '×' || unit === 's' ? 2 : 0)}${unit === '×' ? '' : ' '}${unit}`;

const machine = `${cpus().length} processors (${cpus()[0]?.model.trim()}, ${arch()}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
console.log(`Node ${process.versions.node}, ${machine}. Ratios are within this run; less is better.`);
for (const { title, figures } of groups) {
  if (words.length > 0 && !words.some((word) => title.toLowerCase().includes(word.toLowerCase()))) continue;
  console.log(`\n${title}`);
  for await (const figure of figures()) {
    const { name, value, unit, goal, note } = figure;
    const key = `${title}: ${name}`;
    measured[key] = value;
    const before = last[key];
    const parts = [
      goal === undefined ? '' : `${value <= goal ? 'reached' : 'MISSED'}, to reach ${text({ value: goal, unit })}`,
      before === undefined ? 'not in the last release' : `last release ${text({ value: before, unit })}`,
      note ?? '',
    ];
    console.log(`  ${name.padEnd(60)} ${text(figure).padStart(9)}  ${parts.filter(Boolean).join('; ')}`);
    if (before !== undefined && value > before * worse)
      problems.push(`${key}: ${text({ value: before, unit })} → ${text(figure)}`);
    if (goal !== undefined && value > goal)
      problems.push(`${key}: ${text(figure)}, to reach ${text({ value: goal, unit })}`);
  }
}
if (keeps)
  writeFileSync(
    file,
    `${JSON.stringify({ kept: new Date().toISOString().slice(0, 10), node: process.versions.node, machine, figures: { ...last, ...measured } }, null, 2)}\n`,
  );
console.log(
  problems.length === 0
    ? '\nNothing is more than 10 % worse than in the last release, and no goal is missed.'
    : `\nMissed, or more than 10 % worse than in the last release:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
);
