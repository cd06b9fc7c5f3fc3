import { noSuchIndex, Refusal, refused } from './answer.ts';
import { matches } from './filter-path.ts';
import { isTrue, type Scene } from './scene.ts';
import { mayIndex } from './security.ts';
import type { Cluster, Index } from './state.ts';

/** Which indices a pattern finds. */
export type Expand = 'open' | 'closed' | 'all';

/**
 * The indices that a list of names, aliases and patterns means. Patterns leave out what somebody may not touch; a name
 * is refused (field note L3).
 */
export function indicesNamed(scene: Scene, expression: string, expand: Expand, privilege: string): string[] {
  const { cluster, user, request } = scene;
  const ignoresMissing = isTrue(request.query.ignore_unavailable ?? 'false');
  const found = new Set<string>();
  for (const name of expression.split(',')) {
    if (name.includes('*') || name === '_all') {
      const pattern = name === '_all' ? '*' : name;
      for (const index of matching(cluster, pattern)) {
        const { isOpen } = cluster.indices[index] as Index;
        const isWanted = expand === 'all' || (expand === 'open') === isOpen;
        if (isWanted && mayIndex(user, index, privilege)) found.add(index);
      }
      if (found.size === 0 && request.query.allow_no_indices === 'false') throw new Refusal(noSuchIndex(name));
      continue;
    }
    const named = matching(cluster, name);
    if (named.length === 0 && !ignoresMissing) throw new Refusal(noSuchIndex(name));
    for (const index of named) {
      if (!mayIndex(user, index, privilege))
        throw new Refusal(
          refused(
            403,
            'security_exception',
            `action [indices:${privilege}] is unauthorized for user [${user.username}]`,
          ),
        );
      found.add(index);
    }
  }
  return [...found].sort();
}

/** The one index of a call about a single document (field note L6). */
export function singleIndex(scene: Scene, name: string, privilege: string): string {
  const found = indicesNamed(scene, name, 'all', privilege);
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

function matching({ indices }: Cluster, pattern: string): string[] {
  return Object.entries(indices)
    .filter(
      ([name, { aliases }]) => matches(pattern, name) || Object.keys(aliases).some((alias) => matches(pattern, alias)),
    )
    .map(([name]) => name);
}
