import { isPlain } from '../../apis.ts';
import { type Api, grouped } from './apis.ts';
import { isParameter, matches, withoutTemplates, writtenSegments } from './match.ts';

/**
 * Returns the API that a server takes a call for; undefined where none is known, or somebody on the way may take it for another. A
 * path may hold templates: each is a name or a part of one, and no part of an API's own.
 */
export function calledApi(method: string, path: string): Api | undefined {
  const written = writtenSegments(path);
  if (withoutTemplates(path) !== `/${written.join('/')}` || !written.every(isPlain)) return undefined;
  const found = grouped(written).filter(
    ({ methods, segments }) =>
      methods.has(method) &&
      matches(written, segments) &&
      segments.every((one, at) => isParameter(one) || one === written[at]),
  );
  return found.sort(byNames)[0];
}

/** As a server does: from left to right, a name goes before what stands for any. */
function byNames(left: Api, right: Api): number {
  const at = left.segments.findIndex((one, index) => isParameter(one) !== isParameter(right.segments[index] ?? ''));
  return at === -1 ? 0 : Number(isParameter(left.segments[at] ?? '')) - Number(isParameter(right.segments[at] ?? ''));
}

/** Returns whether a POST changes nothing. */
export function isReadingPost(path: string): boolean {
  return calledApi('POST', path)?.reads === true;
}
