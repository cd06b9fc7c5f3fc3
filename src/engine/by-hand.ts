import { TemplateError } from '../language/index.ts';
import { nodesOf, type PlannedRequest, type Request } from '../plan/index.ts';
import type { ShownCall } from './event.ts';
import { recordedCall } from './exchange.ts';
import { renderRequest, renderText, type Values } from './render.ts';
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
  const { opaque_id: _opaque_id, effect: _effect, ...call } = recordedCall(knownPart(request, values), effect, '');
  return { ...call, title: renderText(title, values) };
}

/** What a step of the rollback itself saves is not known: there the call is as it was planned. */
function knownPart(request: Request, values: Values): Request {
  try {
    return renderRequest(request, values).shown;
  } catch (error) {
    if (error instanceof TemplateError) return request;
    throw error;
  }
}
