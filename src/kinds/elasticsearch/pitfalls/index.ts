import type { Pitfalls } from '../../pitfalls.ts';
import { waitsForCompletion } from './completion.ts';
import { hasBareDateMath } from './date-math.ts';
import { waitsUntil408 } from './health.ts';
import { acceptsMissingShards, showsMissingShards } from './missing-shards.ts';
import { mayOpen } from './opening.ts';
import { removes } from './removals.ts';
import { switches } from './switches.ts';
import { leavesOutSystemIndices } from './system-indices.ts';

/** See docs/how-servers-behave.md. */
export const pitfalls: Pitfalls = {
  waitsForCompletion,
  removes,
  mayOpen,
  switches,
  acceptsMissingShards,
  leavesOutSystemIndices,
  showsMissingShards,
  waitsUntil408,
  hasBareDateMath,
};
