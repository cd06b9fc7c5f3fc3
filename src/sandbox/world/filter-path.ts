import { isObject, type Json } from '../../text/index.ts';

/** Returns the part of a response that `filter_path=a.*.b,c` leaves. A name with a dot in it is one name. */
export function filtered(value: Json, paths: string): Json {
  return (
    keep(
      value,
      paths.split(',').map((path) => path.split('.')),
    ) ?? {}
  );
}

/** The fields of a document that `_source` names, with `*` for any part of a name. */
export function sourceOf(document: Json, wanted: Json | undefined): Json {
  if (wanted === undefined || wanted === true) return document;
  const patterns = [wanted].flat().map((pattern) => String(pattern).split('.'));
  return keep(document, patterns) ?? {};
}

function keep(value: Json, paths: readonly (readonly string[])[]): Json | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => keep(item, paths)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (!isObject(value)) return undefined;
  const kept = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    const deeper = paths.filter(([first = '']) => matches(first, key)).map(([, ...rest]) => rest);
    const inner = deeper.length > 0 ? keep(item, deeper) : undefined;
    return inner === undefined ? [] : [[key, inner]];
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Returns whether a name matches a pattern with `*`. */
export function matches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const [first = '', ...rest] = pattern.split('*');
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return name.length - part.length >= at && name.endsWith(part);
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
