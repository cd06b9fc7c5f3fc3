import type { WrittenCall } from '../../catalogue.ts';

const waits = /^wait_for_(status|nodes|active_shards|events|no_(relocating|initializing)_shards)$/;

/** A health that is waited for (docs/how-servers-behave.md, M2). */
export function waitsUntil408({ path, query = {} }: WrittenCall): boolean {
  return /^\/_cluster\/health(\/|$)/.test(path) && Object.keys(query).some((name) => waits.test(name));
}
