import type { Subject } from '../subject.ts';

/** One way to show a plan or a run. It holds no secret: neither does what it is made from. */
export interface Format {
  readonly render: (subject: Subject) => string;
}
