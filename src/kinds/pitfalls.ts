import type { Path } from '../language/index.ts';
import type { WrittenCall } from './catalogue.ts';

/** How operations on a kind of server go wrong, as far as its calls show it: the advice of `validate` goes by this. */
export interface Pitfalls {
  /** Returns whether a write responds only when all is done, although it could respond at once, or how far it is can be read. */
  readonly waitsForCompletion: (call: WrittenCall) => boolean;
  /** Returns what a call removes; undefined where that is something of its author's, as far as anybody can tell. */
  readonly removes: (call: WrittenCall) => Removal | undefined;
  /** Returns whether a call may open all indices that another one closes; true where only the run knows. */
  readonly mayOpen: (open: WrittenCall, close: WrittenCall) => boolean;
  /** Returns the parts of the server that a write stops or starts. */
  readonly switches: (call: WrittenCall) => readonly Switch[];
  /** Returns the place of what lets a snapshot or a restore succeed without some of its shards; undefined where nothing does. */
  readonly acceptsMissingShards: (call: WrittenCall) => Path | undefined;
  /** Returns whether a restore names system indices that it leaves out without a word, since 8.0. */
  readonly leavesOutSystemIndices: (call: WrittenCall) => boolean;
  /** Returns whether assertions on what a read returns fail where a shard was not restored. */
  readonly showsMissingShards: (call: WrittenCall, asserted: AssertedSubjects) => boolean;
  /** Returns whether a read waits, and fails with status 408 where its own time is over. */
  readonly waitsUntil408: (call: WrittenCall) => boolean;
  /** Returns whether a path has a name with date math that is not percent-encoded. */
  readonly hasBareDateMath: (path: string) => boolean;
}

/** `everything`: all of a kind, such as every index. */
export type Removal = 'everything' | 'system-indices' | 'snapshot';

/** A part of a server that can be stopped, and which way it goes. */
export interface Switch {
  readonly name: string;
  readonly to: 'off' | 'on';
}

/** What is asserted of a body, by its JMESPath, as it is written. */
export type AssertedSubjects = Readonly<Record<string, unknown>>;
