import { intersects } from '../../../language/index.ts';
import { didYouMean, isObject } from '../../../text/index.ts';
import type { CallProblem, Catalogue, WrittenCall } from '../../catalogue.ts';
import { type Api, groupOf, knownApis } from './apis.ts';
import { isParameter, matches, writtenSegments } from './match.ts';

const unchecked = 'Where it is an API of a plug-in, say so: unchecked: REASON.';

/** What Elastic's own specifications and clients say of a call. */
export const catalogue: Catalogue = (call, range) => {
  const { apis, versions, groups } = knownApis();
  const written = writtenSegments(call.path);
  const [first = ''] = written;
  // A template may become the name of any API.
  const candidates = first.includes('{')
    ? apis
    : [groupOf(written), groupOf(written, '{}')].flatMap((key) => groups.get(key) ?? []);
  const found = candidates.filter(({ segments }) => matches(written, segments));
  // Of what has no name of an API, servers before 8 take more forms than their specification has: index, type and id.
  const severity = written.some((segment) => segment.startsWith('_')) ? 'error' : 'warning';
  if (found.length === 0) return [{ ...unknownApi(call, apis, written), severity }];
  const having = found.flatMap(({ methods }) => methods.get(call.method) ?? []);
  if (having.length === 0) return [{ ...unknownMethod(call, found), severity }];
  const known = versions.map((_, index) => found.some(({ methods }) => methods.get(call.method)?.[index] === true));
  return [...versionProblems(call, known, range), ...unknownParameters(call, found), ...unknownKeys(call, found)];
};

function unknownApi(
  { method, path }: WrittenCall,
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
  return {
    part: 'path',
    code: 'unknown-api',
    message: `no version of Elasticsearch has ${method} ${path}${meant}`,
    help: unchecked,
  };
}

function unknownMethod({ method, path }: WrittenCall, found: readonly Api[]): Omit<CallProblem, 'severity'> {
  const methods = [...new Set(found.flatMap((api) => [...api.methods.keys()]))].sort();
  return {
    part: 'path',
    code: 'unknown-method',
    message: `no version of Elasticsearch has ${method} ${path}; there ${methods.length === 1 ? 'is' : 'are'} ${methods.join(', ')}`,
    help: unchecked,
  };
}

/** Versions of which the catalogue knows the same, from one that it has to the one before the next. */
interface Period {
  readonly range: string;
  /** Of each version: whether what it has may be there. */
  readonly sources: readonly number[];
}

/** Between two versions that are known an API of either may be there; but what a major version has removed is not in its first ones. */
function periodsOf(versions: readonly string[]): Period[] {
  return versions.flatMap((version, index): Period[] => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const next = versions[index + 1];
    const exact = { range: `${version}.x`, sources: [index] };
    const before = index === 0 ? [{ range: `<${version}`, sources: [index] }] : [];
    const after = `>=${major}.${minor + 1}`;
    if (next === undefined) return [...before, exact, { range: after, sources: [index] }];
    const [nextMajor = 0] = next.split('.').map(Number);
    const between = {
      range: `${after} <${major === nextMajor ? next : `${nextMajor}.0`}`,
      sources: [index, index + 1],
    };
    const first = major === nextMajor ? [] : [{ range: `>=${nextMajor}.0 <${next}`, sources: [index + 1] }];
    return [...before, exact, between, ...first];
  });
}

/** Of each range that was asked for: a file has many calls, and one range. */
const periodsOfRanges = new Map<string, readonly Period[]>();

function periodsIn(range: string, versions: readonly string[]): readonly Period[] {
  const known = periodsOfRanges.get(range);
  if (known) return known;
  const periods = periodsOf(versions).filter((period) => intersects(range, period.range));
  periodsOfRanges.set(range, periods);
  return periods;
}

function versionProblems({ method, path }: WrittenCall, known: readonly boolean[], range = '*'): CallProblem[] {
  const { versions } = knownApis();
  if (known.every(Boolean)) return [];
  const periods = periodsIn(range, versions);
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

function unknownParameters({ method, path, query = {} }: WrittenCall, found: readonly Api[]): CallProblem[] {
  const names = Object.keys(query);
  if (names.length === 0) return [];
  const known = new Set(found.flatMap((api) => [...api.query]));
  return names
    .filter((name) => !known.has(name))
    .map((name) => ({
      part: 'query',
      name,
      code: 'unknown-parameter',
      severity: 'error',
      message: `${method} ${path} has no parameter "${name}" in any version of Elasticsearch${didYouMean(name, known)}`,
      help: unchecked,
    }));
}

function unknownKeys({ method, path, body }: WrittenCall, found: readonly Api[]): CallProblem[] {
  if (!isObject(body) || found.some((api) => api.body === undefined)) return [];
  const known = new Set(found.flatMap((api) => [...(api.body ?? [])]));
  return Object.keys(body)
    .filter((name) => !known.has(name))
    .map((name) => ({
      part: 'body',
      name,
      code: 'unknown-body-key',
      severity: 'warning',
      message: `no known version of Elasticsearch takes "${name}" in the body of ${method} ${path}${didYouMean(name, known)}`,
      help: unchecked,
    }));
}
