import { isObject, type Json } from '../../text/index.ts';
import { noSuchIndex, Refusal, refused } from './answer.ts';
import { clusterSetting } from './cluster-settings.ts';
import { resolved } from './date-math.ts';
import { matches } from './filter-path.ts';
import { type IndexAction, mayIndex, needIndex } from './privileges.ts';
import { isTrue, type Scene } from './scene.ts';
import type { Cluster, Index } from './state.ts';
import { isSince } from './versions.ts';

/** The indices that a pattern finds; a name finds its index in any case. */
interface Expansion {
  readonly open: boolean;
  readonly closed: boolean;
  readonly hidden: boolean;
}

/** The indices that a pattern finds unless the call says otherwise: never hidden ones. */
export type Expand = 'open' | 'closed' | 'all';

const expansions = ['open', 'closed', 'hidden', 'all', 'none'];

function expansionOf({ query }: Scene['request'], otherwise: Expand): Expansion {
  const asked =
    query.expand_wildcards === undefined ? [otherwise === 'all' ? 'open,closed' : otherwise] : [query.expand_wildcards];
  const words = asked.flatMap((text) => text.split(','));
  const odd = words.find((word) => !expansions.includes(word));
  if (odd !== undefined)
    throw new Refusal(refused(400, 'illegal_argument_exception', `No valid expand wildcard value [${odd}]`));
  const has = (word: string) => words.includes('all') || words.includes(word);
  return { open: has('open'), closed: has('closed'), hidden: has('hidden') };
}

export function isHidden({ settings }: Index): boolean {
  return settings.hidden === 'true';
}

/** A name that calls can use, and the indices that it means: an index itself, or an alias. */
interface Name {
  readonly name: string;
  readonly indices: readonly string[];
  readonly isHidden: boolean;
}

function namesIn({ indices }: Cluster): Name[] {
  const aliases = new Map<string, { indices: string[]; isHidden: boolean }>();
  for (const [index, { aliases: own }] of Object.entries(indices))
    for (const [alias, properties] of Object.entries(own)) {
      const known = aliases.get(alias) ?? { indices: [], isHidden: true };
      const hidden = known.isHidden && isObject(properties) && properties.is_hidden === true;
      aliases.set(alias, { indices: [...known.indices, index], isHidden: hidden });
    }
  return [
    ...Object.entries(indices).map(([name, index]) => ({ name, indices: [name], isHidden: isHidden(index) })),
    ...[...aliases].map(([name, alias]) => ({ name, ...alias })),
  ];
}

/** A pattern finds what is hidden only if it is told to, or if both begin with a dot. */
function finds(pattern: string, { name, isHidden }: Name, { hidden }: Expansion): boolean {
  return matches(pattern, name) && (!isHidden || hidden || (pattern.startsWith('.') && name.startsWith('.')));
}

/**
 * Returns the indices that a list of names, aliases and patterns means. Patterns leave out what somebody may not touch; a
 * name that they may not touch is refused, also where nothing has it.
 */
export function indicesNamed(scene: Scene, expression: string, expand: Expand, action: IndexAction): string[] {
  const { cluster, user, request } = scene;
  const expansion = expansionOf(request, expand);
  const known = namesIn(cluster);
  const found = new Set<string>();
  let hasPattern = false;
  for (const part of expression.split(',')) {
    const name = resolved(part, request.now);
    if (hasPattern && name.startsWith('-')) {
      for (const { name: one, indices } of known)
        if (matches(name.slice(1), one)) for (const index of indices) found.delete(index);
      continue;
    }
    if (name.includes('*') || name === '_all') {
      hasPattern = true;
      needIndex(scene, action);
      const pattern = name === '_all' ? '*' : name;
      for (const one of known) {
        if (!finds(pattern, one, expansion) || !mayIndex(cluster, user, one.name, action)) continue;
        for (const index of one.indices) {
          const { isOpen } = cluster.indices[index] as Index;
          if (isOpen ? expansion.open : expansion.closed) found.add(index);
        }
      }
      if (found.size === 0 && request.query.allow_no_indices === 'false') throw new Refusal(noSuchIndex(name));
      continue;
    }
    needIndex(scene, action, name);
    const named = known.filter((one) => one.name === name).flatMap(({ indices }) => indices);
    if (named.length === 0 && !isTrue(request.query.ignore_unavailable ?? 'false'))
      throw new Refusal(noSuchIndex(name));
    for (const index of named) found.add(index);
  }
  return [...found].sort();
}

/** Refuses patterns where a call changes or deletes what they match: from 8.0 on every index must be named by default. */
export function refusePatterns({ cluster }: Scene, expression: string): void {
  const hasPattern = expression.split(',').some((name) => name === '_all' || name.includes('*'));
  const requiresNames = clusterSetting(cluster, 'action.destructive_requires_name') ?? String(isSince(cluster, 8));
  if (requiresNames === 'true' && hasPattern)
    throw new Refusal(
      refused(400, 'illegal_argument_exception', 'Wildcard expressions or all indices are not allowed'),
    );
}

/** Returns the one index that a call about a single document means. */
export function singleIndex(scene: Scene, name: string, action: IndexAction): string {
  const found = indicesNamed(scene, name, 'all', action);
  const [index = name] = found;
  if (found.length > 1)
    throw new Refusal(
      refused(
        400,
        'illegal_argument_exception',
        `alias [${name}] has more than one index associated with it [${found.join(', ')}], can't execute a single index op`,
      ),
    );
  return index;
}

/** Returns the index that a write to a name goes to: of an alias with several, the one that is marked for it. */
export function writeIndex(scene: Scene, name: string, action: IndexAction): string {
  const marked = Object.entries(scene.cluster.indices).find(([, { aliases }]) => isWriteIndex(aliases[name]));
  if (!marked) return singleIndex(scene, name, action);
  needIndex(scene, action, name);
  return marked[0];
}

function isWriteIndex(properties: Json | undefined): boolean {
  return isObject(properties) && properties.is_write_index === true;
}

/**
 * Refuses aliases that contradict each other: two indices to write to, or hidden on one index and visible on another.
 */
export function refuseOddAliases(indices: Readonly<Record<string, Index>>): void {
  const names = new Set(Object.values(indices).flatMap(({ aliases }) => Object.keys(aliases)));
  for (const alias of names) {
    const of = Object.entries(indices).filter(([, { aliases }]) => Object.hasOwn(aliases, alias));
    const split = (isIn: (properties: Json | undefined) => boolean) => [
      of.filter(([, { aliases }]) => isIn(aliases[alias])).map(([name]) => name),
      of.filter(([, { aliases }]) => !isIn(aliases[alias])).map(([name]) => name),
    ];
    const [writing = []] = split(isWriteIndex);
    if (writing.length > 1) throw inconsistent(`alias [${alias}] has more than one write index [${writing.join(',')}]`);
    const [hidden = [], visible = []] = split((properties) => isObject(properties) && properties.is_hidden === true);
    if (hidden.length > 0 && visible.length > 0)
      throw inconsistent(
        `alias [${alias}] has is_hidden set to true on indices [${hidden.join(',')}] but does not have is_hidden set to true on indices [${visible.join(',')}]; alias must have the same is_hidden setting on all indices`,
      );
  }
}

function inconsistent(reason: string): Refusal {
  return new Refusal(refused(500, 'illegal_state_exception', reason));
}
