import type { JsonObject } from '../../text/index.ts';
import type { Documents } from './state.ts';

/** The bytes of the files that a shard has even without a document. */
const emptyShard = 208;

/** The documents of each shard, as they are kept in a repository. */
export function shardTexts(documents: Documents, shards: number): readonly string[] {
  const parts: [string, JsonObject][][] = Array.from({ length: shards }, () => []);
  for (const document of documents) parts[placeOf(document[0], shards)]?.push(document);
  return parts.map((part) => JSON.stringify(part));
}

/** The shard of a document. */
function placeOf(document: string, shards: number): number {
  let hash = 0;
  for (const character of document) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % shards;
}

/** The bytes of each shard. */
export function shardSizes(documents: Documents, shards: number): readonly number[] {
  return shardTexts(documents, shards).map(({ length }) => emptyShard + length);
}

/** When something is copied; milliseconds since 1970. */
export interface Span {
  readonly started: number;
  /** `Infinity` while nothing goes on. */
  readonly ends: number;
}

/** How much of each shard is copied by now: one after the other, at an even pace. */
export function copiedOf(sizes: readonly number[], { started, ends }: Span, now: number): readonly number[] {
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const part = now >= ends ? 1 : Number.isFinite(ends) ? Math.max(0, now - started) / (ends - started) : 0;
  let left = Math.floor(whole * part);
  return sizes.map((size) => {
    const copied = Math.min(size, left);
    left -= copied;
    return copied;
  });
}

/** The files of a shard: its documents, and what every shard has. */
export const filesOfShard = 2;

/** How many of the files of a shard are copied. */
export function copiedFiles(size: number, copied: number): number {
  return copied === size ? filesOfShard : copied >= emptyShard ? 1 : 0;
}
