import type { Subject } from '../subject.ts';

/** Renders a plan or a run. Neither contains a secret. */
export interface Format {
  readonly render: (subject: Subject) => string;
}
