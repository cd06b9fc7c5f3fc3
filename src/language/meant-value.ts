import { durationOf, millisecondsOf } from '../text/duration.ts';
import type { Json } from '../text/index.ts';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const unitNames: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(s|secs?|seconds?)$/, 's'],
  [/^(m|mins?|minutes?)$/, 'm'],
  [/^(h|hrs?|hours?)$/, 'h'],
  [/^(d|days?)$/, 'd'],
  [/^(w|weeks?)$/, 'w'],
];

/** `1d` → `24h`, `5 minutes` → `5m`; undefined where it is not a time, or its unit is not known. */
export function durationMeant(text: string): string | undefined {
  const [, number, name = ''] = /^(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const unit = unitNames.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
  if (number === undefined || unit === undefined) return undefined;
  const meant = /^[1-9]\d*$/.test(number) && !['d', 'w'].includes(unit) ? `${number}${unit}` : undefined;
  const milliseconds = Number(number) * (units[unit] ?? 0);
  if (meant !== undefined || !Number.isInteger(milliseconds) || milliseconds === 0) return meant;
  const proposal = durationOf(milliseconds);
  return millisecondsOf(proposal) === milliseconds ? proposal : undefined;
}

/** `post _reindex` and `POST https://host:9200/_reindex` → `POST /_reindex`; undefined where no method is named. */
export function callMeant(text: string): string | undefined {
  const [, method, rest = ''] = /^\s*(get|head|post|put|delete|patch)\s+(\S.*)$/i.exec(text) ?? [];
  if (method === undefined) return undefined;
  const path = rest.replace(/^https?:\/\/[^/]*/i, '').trim();
  return `${method.toUpperCase()} ${path.startsWith('/') ? '' : '/'}${path}`;
}

/** `"200"`, `200 OK` → `200`. */
export function statusMeant(value: Json): string | undefined {
  return typeof value === 'string' ? /^\s*([1-5]\d\d)(?:\s.*)?$/.exec(value)?.[1] : undefined;
}

/** A number as it is written where a range of versions is expected: `7.10` → `7.10.x`. */
export function rangeMeant(written: string): string | undefined {
  return /^\d+(\.\d+)?$/.test(written) ? `${written}.x` : undefined;
}

/** What a type of an input is called elsewhere. */
export const typeNames: Readonly<Record<string, string>> = {
  array: 'list',
  text: 'string',
  float: 'number',
  double: 'number',
  decimal: 'number',
  map: 'object',
  dict: 'object',
  hash: 'object',
};

/** A string that reads as a value of the type that is expected: `"true"`, `"5"`. */
export function unquotedMeant(value: Json, type: string): string | undefined {
  if (typeof value !== 'string') return undefined;
  const pattern: Readonly<Record<string, RegExp>> = {
    boolean: /^(true|false)$/,
    integer: /^-?\d{1,15}$/,
    number: /^-?\d{1,15}(\.\d{1,10})?$/,
  };
  return pattern[type]?.test(value) ? value : undefined;
}
