import { nodesOf, type PlannedRequest } from '../plan/index.ts';
import type { ShownCall } from './event.ts';
import { recordedCall } from './exchange.ts';
import { renderText, shownRequest, type Values } from './render.ts';
import { type Session, type Undo, valuesIn } from './session.ts';

/** Returns the calls that would complete a rollback, in their order: the reads that tell whether each is needed among them. */
export function callsByHand(undos: readonly Undo[], session: Session): ShownCall[] {
  return undos.flatMap(({ steps, frame }) =>
    steps
      .flatMap((step) => nodesOf(step, { section: 'rollback', depth: 0 }))
      .flatMap(({ node }) => (node.kind === 'request' ? [shownCall(node, valuesIn(session, frame))] : [])),
  );
}

/** A call as far as it is known by now, with what its step is for. */
export function shownCall({ title, request, effect }: PlannedRequest, values: Values): ShownCall {
  const { opaque_id: _opaque_id, effect: _effect, ...call } = recordedCall(shownRequest(request, values), effect, '');
  return { ...call, title: renderText(title, values) };
}
