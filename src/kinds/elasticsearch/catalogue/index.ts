import { intersects } from '../../../language/index.ts';
import { didYouMean, isObject } from '../../../text/index.ts';
import {
  type CallProblem,
  type Catalogue,
  methodsText,
  unknownCall,
  unknownParameters,
  type WrittenCall,
} from '../../catalogue.ts';
import { type Api, grouped, knownApis } from './apis.ts';
import { isParameter, matches, writtenSegments } from './match.ts';
import { periodsIn } from './periods.ts';

const product = 'Elasticsearch';
const unchecked = 'Where it is an API of a plug-in, say so: unchecked: REASON.';

/** What Elastic's own specifications and clients say of a call. */
export const catalogue: Catalogue = (call, range) => {
  const { apis, versions } = knownApis();
  const written = writtenSegments(call.path);
  const [first = ''] = written;
  // A template may become the name of any API.
  const candidates = first.includes('{') ? apis : grouped(written);
  const found = candidates.filter(({ segments }) => matches(written, segments));
  // Of what has no name of an API, servers before 8 take more forms than their specification has: index, type and id.
  const severity = written.some((segment) => segment.startsWith('_')) ? 'error' : 'warning';
  if (found.length === 0) return [{ ...unknownApi(call, apis, written), severity }];
  const having = found.flatMap(({ methods }) => methods.get(call.method) ?? []);
  if (having.length === 0) return [{ ...unknownMethod(call, found), severity }];
  const known = versions.map((_, index) => found.some(({ methods }) => methods.get(call.method)?.[index] === true));
  const ofVersions = versionProblems(call, known, range);
  // What no version of the range has cannot be deprecated in one.
  const isThere = ofVersions.every((problem) => problem.severity !== 'error');
  return [
    ...ofVersions,
    // Most calls have none.
    ...(call.query === undefined
      ? []
      : unknownParameters(product, call, new Set(found.flatMap((api) => [...api.query])), unchecked)),
    ...unknownKeys(call, found),
    ...(isThere ? deprecations(call, found, range) : []),
  ];
};

function unknownApi(
  call: WrittenCall,
  apis: readonly Api[],
  written: readonly string[],
): Omit<CallProblem, 'severity'> {
  const likely = apis.filter(({ segments }) => segments.length === written.length);
  // What stands for a name is as it was written, and may be one.
  const near = likely.flatMap(({ segments }) => {
    const named = segments.map((one, at) => (isParameter(one) ? (written[at] ?? '') : one));
    return matches(named, segments) ? [`/${named.join('/')}`] : [];
  });
  const meant = didYouMean(`/${written.join('/')}`, near).replaceAll('{{}}', '{{…}}');
  return { ...unknownCall(product, call, 'unknown-api', meant), help: unchecked };
}

function unknownMethod(call: WrittenCall, found: readonly Api[]): Omit<CallProblem, 'severity'> {
  const there = methodsText(found.flatMap((api) => [...api.methods.keys()]));
  return { ...unknownCall(product, call, 'unknown-method', there), help: unchecked };
}

function versionProblems({ method, path }: WrittenCall, known: readonly boolean[], range = '*'): CallProblem[] {
  const { versions } = knownApis();
  if (known.every(Boolean)) return [];
  const periods = periodsIn(range);
  const lacking = periods.filter(({ sources }) => !sources.some((source) => known[source]));
  if (lacking.length === 0) return [];
  const having = versions.filter((_, index) => known[index]);
  const isNowhere = lacking.length === periods.length;
  const lacks = versions.filter((_, index) => lacking.some(({ sources }) => sources.includes(index)));
  return [
    {
      part: 'path',
      code: isNowhere ? 'unknown-api' : 'api-of-other-versions',
      severity: isNowhere ? 'error' : 'warning',
      message: isNowhere
        ? `${method} ${path} is not in ${range}, but in ${having.join(', ')}`
        : `${method} ${path} is not in every version of ${range}: ${lacks.join(', ')} ${lacks.length === 1 ? 'lacks' : 'lack'} it, ${having.join(', ')} ${having.length === 1 ? 'has' : 'have'} it`,
      help: isNowhere ? unchecked : 'Guard it by when with version_in, or narrow elasticsearch: of the runbook.',
    },
  ];
}

function unknownKeys({ method, path, body }: WrittenCall, found: readonly Api[]): CallProblem[] {
  if (!isObject(body) || found.some((api) => api.body === undefined)) return [];
  const known = new Set(found.flatMap((api) => [...(api.body ?? [])]));
  return Object.keys(body)
    .filter((name) => !known.has(name) && !name.includes('{{'))
    .map((name) => ({
      part: 'body',
      name,
      code: 'unknown-body-key',
      severity: 'warning',
      message: `no known version of Elasticsearch takes "${name}" in the body of ${method} ${path}${didYouMean(name, known)}`,
      help: unchecked,
    }));
}

/** What is deprecated in every API that the call may be, and in some version of the range. */
function deprecations({ method, path, query = {} }: WrittenCall, found: readonly Api[], range = '*'): CallProblem[] {
  const noteOf = (what: string): Deprecation | undefined => {
    const of = found.filter((api) => api.methods.has(method) && (what === method || api.query.has(what)));
    const notes = of.flatMap((api) => api.deprecated.get(what) ?? []);
    const [note = '', ...others] = notes;
    if (notes.length === 0 || notes.length < of.length || others.some((other) => other !== note)) return undefined;
    const [since = ''] = note.split(' ', 1);
    return intersects(range, `>=${since}`) ? { since, reason: note.slice(since.length + 1) } : undefined;
  };
  const api = noteOf(method);
  return [
    ...(api ? [deprecated('path', `${method} ${path} is deprecated since ${api.since}`, api)] : []),
    ...Object.keys(query).flatMap((name) => {
      const parameter = noteOf(name);
      if (!parameter) return [];
      const message = `the parameter "${name}" of ${method} ${path} is deprecated since ${parameter.since}`;
      return [{ ...deprecated('query', message, parameter), name }];
    }),
  ];
}

interface Deprecation {
  readonly since: string;
  readonly reason: string;
}

function deprecated(part: CallProblem['part'], message: string, { reason }: Deprecation): CallProblem {
  return { part, code: 'deprecated', severity: 'warning', message, help: `Elastic says: ${reason}` };
}
