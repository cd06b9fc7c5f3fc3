import wrapAnsi from 'wrap-ansi';
import { inert } from '../text/index.ts';
import { reasonText } from './reason-text.ts';
import { byHandLines, cleanupText, keptText, leftText, leftTitle, outcomeSentence } from './run-lines.ts';
import { word } from './shell.ts';
import { type HeldLock, type RunState, type RunStatus, runStates, type Status, type WorkingProcess } from './status.ts';

/** Where and when a status is shown. */
export interface Showing {
  /** The working directory: commands for another one begin with `cd`. */
  readonly directory: string;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Columns; lines but commands are broken between words. Without it, none is. */
  readonly width?: number;
}

const titles: Readonly<Record<RunState, string>> = {
  running: 'Running',
  'perhaps-running': 'Not finished, and this machine cannot tell whether the process has ended',
  unfinished: 'Unfinished, the process has ended',
  suspended: 'Suspended until somebody decides something or puts it right',
  'waiting-for-confirmation': 'Suspended, waiting for a confirmation',
  'intervention-required': 'Failed, manual intervention required',
  'lock-left': 'A lock may be left in a cluster',
  failed: 'Failed, nothing to clean up',
  interrupted: 'Interrupted, nothing to clean up',
};

/** More lines of one list than these are counted only: a run may have left thousands. */
const mostLines = 10;

/** Returns the runs that wait for somebody, each with what is left and the commands that go on with it. */
export function statusText({ runs, locks, problems }: Status, showing: Showing): string {
  const lines = runStates.flatMap((state) => {
    const those = runs.filter((run) => run.state === state);
    return those.length === 0 ? [] : [`${titles[state]}:`, ...those.flatMap((run) => [...runLines(run, showing), ''])];
  });
  if (locks.length > 0)
    lines.push(
      'Locked on this machine by other runs:',
      ...locks.flatMap((lock) => lockLines(lock, showing).map((line) => `  ${line}`)),
      '',
    );
  if (problems.length > 0) lines.push('Cannot be read:', ...problems.map((problem) => `  ${problem}`), '');
  if (runs.every(({ state }) => state === 'failed' || state === 'interrupted') && problems.length === 0)
    lines.push(
      'No run of this directory is unfinished, and none has left anything that needs manual intervention, as the journals have it.',
    );
  return `${lines.map(inert).join('\n').trimEnd()}\n`;
}

/** Returns a run in three lines, for a list that says what to do next: which, what became of it, and the first command. */
export function briefLines(run: RunStatus, showing: Showing): string[] {
  const [first] = run.next;
  return [
    headText(run, showing.now),
    `  ${titles[run.state]}`,
    ...(first ? [`  ${commandFor(first.command, run, showing)}`] : []),
  ].map(inert);
}

function headText({ run, runbook, environment, started_at, finished_at }: RunStatus, now: number): string {
  const when = finished_at === undefined ? `began ${agoText(started_at, now)}` : `ended ${agoText(finished_at, now)}`;
  return `${run}  ${runbook} on ${environment}, ${when}`;
}

function runLines(run: RunStatus, showing: Showing): string[] {
  const about = [...whereLines(run, showing), ...leftLines(run)];
  return [
    `  ${headText(run, showing.now)}`,
    ...about.flatMap((line) => broken(`    ${line}`, showing.width)),
    ...run.next.flatMap(({ to, command }) => [`    To ${to}:`, `      ${commandFor(command, run, showing)}`]),
  ];
}

/** A command as it is typed here. */
function commandFor(command: string, { directory }: RunStatus, here: Showing): string {
  return directory === here.directory || command.startsWith('kill ') ? command : `cd ${word(directory)} && ${command}`;
}

/** How far a run is, or how it has ended. */
function whereLines(run: RunStatus, showing: Showing): string[] {
  const { summary, suspended, at, process, done_since } = run;
  if (summary) {
    const since = done_since === undefined ? [] : [`Since then, run ${done_since} of it was done.`];
    return [outcomeSentence(summary), ...since];
  }
  return [
    ...(process && process.state !== 'ended' ? [processText(process, showing)] : []),
    ...(suspended
      ? [`At ${'step' in suspended ? suspended.step : suspended.by}: ${reasonText(suspended.reason)}`]
      : []),
    ...(at ? [`At ${at.step}: ${at.title}`] : []),
    ...writtenLines(run),
  ];
}

function writtenLines({ writes, written, state, locks }: RunStatus): string[] {
  const isOver = state !== 'running' && state !== 'perhaps-running';
  const locked = locks.map(({ connection }) => connection);
  return [
    writes === 0
      ? 'No write of a step was sent.'
      : `${writes} ${writes === 1 ? 'write was' : 'writes were'} sent or about to be, to ${connectionsText(written)}${isOver ? '; until it is finished, indices may be closed, and users replaced' : ''}`,
    ...(locked.length > 0 ? [`Holds the lock in the cluster of ${locked.join(', ')}, as its journal has it`] : []),
  ];
}

function connectionsText(written: RunStatus['written']): string {
  return written.map(({ connection }) => connection).join(', ');
}

/** Returns what somebody must know of an unfinished run who is about to send something to the same connections. */
export function unfinishedText(unfinished: RunStatus, connections: readonly string[], showing: Showing): string {
  const { run, runbook, writes, directory, next } = unfinished;
  const names = connections.join(', ');
  const about = `run ${run} (${runbook}) ${writes > 0 ? `has written to ${names}` : `may hold the lock of ${names}`} and is not finished: ${stateText(unfinished, showing)}`;
  const danger = writes > 0 ? '. Until it is finished, indices may be closed, and users replaced' : '';
  const commands = next.map(({ to, command }) => `to ${to}: ${command}`).join('; ');
  const where = directory === showing.directory ? '' : `, in ${directory}`;
  return `${about}${danger}. ${commands.replace(/^t/, 'T')}${where}. See runbook status`;
}

/** Why a run is not finished. */
function stateText({ state, process, suspended }: RunStatus, showing: Showing): string {
  if (process && process.state !== 'ended') {
    const unsure = process.state === 'unknown' ? ', and this machine cannot tell whether that has ended' : '';
    return `${processText(process, showing).replace(/^P/, 'p')}${unsure}`;
  }
  if (!suspended || state === 'unfinished') return 'its process has ended';
  const at = 'step' in suspended ? suspended.step : suspended.by;
  return suspended.by === 'confirmation'
    ? `it is suspended, waiting for the confirmation of ${at}`
    : `it is suspended at ${at}`;
}

function processText({ pid, host, since, state, last_heartbeat }: WorkingProcess, showing: Showing): string {
  if (state === 'alive') return `Process ${pid} on this machine, since ${since}`;
  const where = host === showing.host ? `in another container of ${host}` : `on ${host}`;
  return `Process ${pid} ${where}, since ${since}; its last heartbeat was ${agoText(last_heartbeat, showing.now)}, and one comes every minute`;
}

/** What was left when a run had ended. */
function leftLines({ summary, run }: RunStatus): string[] {
  if (!summary) return [];
  const { in_doubt, cleanup_failures, left, kept, locks_left } = summary;
  const list = (title: string, all: readonly string[]) =>
    listLines(title, all, `runbook report ${run} --format markdown`);
  return [
    ...list('Unknown outcome', in_doubt),
    ...list(
      'Not cleaned up',
      cleanup_failures.map((failure) => `${failure.step}: ${cleanupText(failure)}`),
    ),
    ...[true, false].flatMap((certain) =>
      list(leftTitle({ certain }), left.filter((one) => one.certain === certain).map(leftText)),
    ),
    ...list('Kept on purpose', kept.map(keptText)),
    ...list('Locks', locks_left.map(reasonText)),
    ...list('What completes the rollback by hand, in this order', byHandLines(summary)),
  ];
}

function listLines(title: string, all: readonly string[], everything: string): string[] {
  if (all.length === 0) return [];
  const rest = all.length - mostLines;
  return [
    `${title}:`,
    ...all.slice(0, mostLines).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  … and ${rest} more: ${everything}`] : []),
  ];
}

function lockLines({ target, run, file, process }: HeldLock, showing: Showing): string[] {
  const lines = [`${target} by run ${run}`, `  ${processText(process, showing)}`];
  return process.state === 'alive'
    ? lines
    : [...lines, '  To remove it, once that process has ended:', `    rm ${word(file)}`];
}

/** Breaks a line between words; what follows is indented further. */
function broken(line: string, width: number | undefined): string[] {
  if (width === undefined) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const [first = '', ...rest] = wrapAnsi(line.trim(), Math.max(1, width - indent.length - 2)).split('\n');
  return [`${indent}${first}`, ...rest.map((next) => `${indent}  ${next}`)];
}

/** `12 min ago`: the largest unit of which there is at least one. */
function agoText(time: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
