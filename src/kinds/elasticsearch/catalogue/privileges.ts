import type { Privilege, PrivilegesFor } from '../../privileges.ts';
import { type Api, knownApis } from './apis.ts';
import { calledApi } from './called.ts';
import { template, writtenSegments } from './match.ts';
import { periodsIn } from './periods.ts';

/** What a call needs, as far as Elastic's schema says and real servers agree. */
export const privilegesFor: PrivilegesFor = ({ method, path }, range) => {
  const api = calledApi(method, path);
  const needs = api?.needs.get(method);
  if (api === undefined || needs === undefined) return undefined;
  const privileges = needs.split('; ').map((part): readonly Privilege[] => {
    const [level = '', names = ''] = part.split(' ');
    if (level === '') return [];
    return level === 'cluster' ? inEvery(range, names.split('|')) : onIndices(api, path, names.split('|'));
  });
  // What is not known of one of its parts is not known of the call.
  return needs === '' || privileges.every((one) => one.length > 0) ? privileges.flat() : undefined;
};

/** A name that every version of the range knows: a server refuses a role with one that it does not know. */
function inEvery(range: string, names: readonly string[]): Privilege[] {
  const { newPrivileges, earlier } = knownApis();
  const versions = [...new Set(periodsIn(range).flatMap(({ sources }) => sources))];
  const isKnown = (name: string, version: number) => newPrivileges.get(name)?.[version] !== false;
  const ofEach = versions.map((version) =>
    names.flatMap((name) => (isKnown(name, version) ? [name] : (earlier.get(name)?.split('|') ?? []))),
  );
  const name = ofEach[0]?.find((one) => ofEach.every((known) => known.includes(one)));
  return name === undefined ? [] : [{ name, on: 'cluster' }];
}

/** Nothing is said of a call without an index in its path: it shows or changes what the login may. */
function onIndices({ segments }: Api, path: string, [name]: readonly string[]): Privilege[] {
  const at = segments.findIndex((segment) => segment === '{index}' || segment === '{alias}');
  const written = writtenSegments(path)[at];
  if (name === undefined || written === undefined) return [];
  if (written.includes(template)) return [{ name, on: 'indices of the run' }];
  return written.split(',').map((index) => ({ name, on: { index } }));
}
