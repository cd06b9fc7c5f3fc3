import { basename } from 'node:path';
import { kinds } from '../kinds/index.ts';
import { type Environment, holdsVersion, type Runbook, releaseOf } from '../language/index.ts';
import { locateRunbook, readEnvironment, readRunbook, runbookFiles, shown, valueOrStop } from './files.ts';
import { Problem } from './problem.ts';
import { askWho } from './who.ts';

interface Candidate {
  readonly path: string;
  readonly runbook: Runbook;
}

/** Gives the version that counts; undefined where nobody has said it. */
export type VersionSource = (candidates: readonly Runbook[]) => Promise<string | undefined>;

/**
 * The path of the runbook that a name means. `users` without a version is the one of that name whose range holds the
 * version.
 * @param version Asked only where the name does not say it.
 * @throws `Problem` with what there is, where none or several fit.
 */
export async function chooseRunbook(name: string, version: VersionSource): Promise<string> {
  const { candidates, stopAtBroken } = candidatesFor(name);
  if (candidates.length === 0) {
    stopAtBroken();
    return locateRunbook(name);
  }
  const wanted = await version(candidates.map(({ runbook }) => runbook));
  const fitting = candidates.filter(
    ({ runbook }) => wanted === undefined || holdsVersion(runbook.elasticsearch, wanted),
  );
  const [only] = fitting;
  if (only && fitting.length === 1) return only.path;
  if (!only) stopAtBroken();
  const shownCandidates = listOf(only ? fitting : candidates);
  if (wanted === undefined)
    throw new Problem(
      `"${name}" is written for several versions; say which with --elasticsearch, or name one:\n${shownCandidates}`,
      'arguments',
    );
  throw new Problem(
    `${only ? 'several runbooks' : 'no runbook'} "${name}" for Elasticsearch ${wanted}; available:\n${shownCandidates}\nName one of them.`,
  );
}

/**
 * The runbooks of a name; none where the name is a path or the name of a file.
 * @returns With them, what ends the command with what is wrong in a file that may be the one that is meant.
 */
function candidatesFor(name: string): { readonly candidates: Candidate[]; readonly stopAtBroken: () => void } {
  const files = /\.ya?ml$/.test(name) ? [] : runbookFiles();
  const isFile = files.some((path) => basename(path) === `${name}.yaml`);
  const read = (isFile ? [] : files).map((path) => ({ path, ...readRunbook(path) }));
  const candidates = read.flatMap(({ path, checked }) => {
    const runbook = checked.value?.runbook.value;
    return runbook?.name === name ? [{ path, runbook }] : [];
  });
  const stopAtBroken = () => {
    for (const { path, checked, print } of read)
      if (checked.value === undefined && basename(path).startsWith(`${name}-`)) valueOrStop(checked, print);
  };
  return { candidates, stopAtBroken };
}

function listOf(candidates: readonly Candidate[]): string {
  return candidates
    .map(({ path, runbook }) => `  ${basename(path, '.yaml')}: Elasticsearch ${runbook.elasticsearch} (${shown(path)})`)
    .join('\n');
}

/** Offline, the version is what `--elasticsearch` says. */
export function versionGiven(given: string | undefined): VersionSource {
  if (given !== undefined && releaseOf(given) === undefined)
    throw new Problem(`--elasticsearch ${given} is not a version; expected 8, 8.5 or 8.5.3`, 'arguments');
  return async () => given;
}

/** The version of the cluster that the operation changes, or where there is none, of what stands before it (a Kibana). */
export function versionAsked(environmentFile: string): VersionSource {
  return async (candidates) => {
    const file = readEnvironment(environmentFile);
    const environment = valueOrStop(file.checked, file.print).value;
    const name = deciding(candidates, environment);
    if (name === undefined)
      throw new Problem(
        `${environmentFile} has none of the connections that say which version is needed: ${[...new Set(candidates.flatMap(({ connections }) => Object.keys(connections)))].join(', ')}`,
      );
    const asked = await askWho(name, environment, environmentFile);
    if (asked.version !== undefined) return asked.version;
    throw new Problem(
      `the connection "${name}" did not say its version (${asked.said}); no write was sent. Check its url and auth in ${environmentFile}, or name a runbook with its version`,
      'refused',
    );
  };
}

function deciding(candidates: readonly Runbook[], { connections }: Environment): string | undefined {
  const declared = candidates.flatMap((runbook) => Object.entries(runbook.connections));
  const given = declared.filter(([name, { kind }]) => Object.hasOwn(connections, name) && kinds[kind].about);
  const clusters = given.filter(([, { kind }]) => kinds[kind].about?.hasClusterUuid);
  const order = [
    clusters.find(([name]) => name === 'destination'),
    clusters[0],
    given.find(([name]) => name.startsWith('destination')),
    given[0],
  ];
  return order.find((entry) => entry !== undefined)?.[0];
}
