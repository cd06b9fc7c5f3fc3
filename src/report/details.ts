import type { Plan, PlannedNode, PlannedRead, PlannedRequest } from '../plan/index.ts';
import { doneWhenText, passingWritesText, progressText, requestText } from './outline.ts';
import { readable } from './readable.ts';
import {
  atOnceText,
  conditionText,
  expectations,
  repetitionText,
  retryText,
  savesText,
  unknownText,
  untilText,
  valueText,
} from './words.ts';

/** One thing that a plan says of a node: `only when`, and the condition. */
export interface Detail {
  readonly name: string;
  readonly value: string;
  /** The author's message for a failure. */
  readonly otherwise?: string;
}

/** When a node is run and what its response must be, in the order in which it matters: all but its call. */
export function detailsOf(planned: PlannedNode, plan: Plan): Detail[] {
  const node = readable(planned, plan);
  if (node.kind === 'skipped') return [];
  const detail = (name: string, value: string | undefined) => (value === undefined ? [] : [{ name, value }]);
  const before = [
    ...(node.when ?? []).flatMap((condition) => detail('only when', conditionText(condition))),
    ...(node.for_each === undefined ? [] : detail('for each item of', valueText(node.for_each))),
    ...(node.kind !== 'block' || node.parallel === undefined ? [] : detail('at once', atOnceText(node.parallel))),
    ...(node.kind === 'block' && node.repeat ? detail('repeated until', repetitionText(node.repeat)) : []),
    ...detail('requires confirmation:', node.confirm),
  ];
  if (node.kind === 'note') return before;
  const found = (read: PlannedRead | undefined) => read && `${requestText(read.request)} returns ${doneWhenText(read)}`;
  const unchanged = found(node.kind === 'request' ? node.unchanged_when : undefined);
  const common = [
    ...before,
    ...detail('unchanged if', unchanged),
    ...detail('already in place if', found(node.done_when)),
  ];
  if (node.kind === 'block') return common;
  return [
    ...common,
    ...detail('writes', passingWritesText(planned as PlannedRequest, plan)),
    ...detail('until', untilText(node)),
    ...detail('progress:', progressText(node)),
    ...expectations(node.expect).map(({ text, message }) => ({
      ...{ name: 'expects', value: text },
      ...(message === undefined ? {} : { otherwise: message }),
    })),
    ...detail('saves', savesText(node)),
    ...detail('sent', retryText(node)),
    ...detail('on an unknown outcome:', unknownText(node)),
    ...detail('put right by', node.undone_by),
    ...detail('kept:', node.keep),
  ];
}
