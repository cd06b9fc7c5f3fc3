import type { SourceDocument } from './document.ts';
import type { Gaps } from './gaps.ts';

/** One file of the language: all of it agrees with its schema, or what is left of it. */
export interface Loaded<T> {
  readonly source: SourceDocument;
  readonly value: T;
  /** Of a file with errors, whose value is what is left of it. */
  readonly gaps?: Gaps;
}
