import type { WrittenCall } from '../../catalogue.ts';
import type { Removal } from '../../pitfalls.ts';
import { fieldOf, isEverything, writtenNames } from './names.ts';
import { featuresOf } from './system-indices.ts';

/** What has one name, several or a pattern in the place of the group. */
const indices = /^\/((?:[^/_]|_all)[^/]*)$/;
const documents = /^\/((?:[^/_]|_all)[^/]*)\/_delete_by_query$/;
const snapshots = /^\/_snapshot\/[^/]+\/([^/]+)$/;
const others = /^\/_(?:data_stream|snapshot|(?:index_|component_)?template|ingest\/pipeline)\/([^/]+)$/;

/** Returns what a call removes; undefined where that is something of its author's, as far as anybody can tell. */
export function removes({ method, path, body }: WrittenCall): Removal | undefined {
  const filled = path.replace(/\{\{.*?\}\}/g, '{{}}');
  const namesBy = (pattern: RegExp) => writtenNames(pattern.exec(filled)?.[1]);
  if (method === 'POST') {
    const names = namesBy(documents);
    const isWhole = fieldOf(fieldOf(body, 'query'), 'match_all') !== undefined;
    return isWhole && names.some(isEverything) ? 'everything' : ofSystem(names);
  }
  if (method !== 'DELETE') return undefined;
  if ([indices, snapshots, others].flatMap(namesBy).some(isEverything)) return 'everything';
  return snapshots.test(filled) ? 'snapshot' : ofSystem(namesBy(indices));
}

function ofSystem(names: readonly string[]): Removal | undefined {
  return names.some((name) => featuresOf(name).length > 0) ? 'system-indices' : undefined;
}
