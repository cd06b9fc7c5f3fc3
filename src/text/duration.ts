const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `2s` → 2000 milliseconds. The schema has checked the form; anything else is a bug. */
export function millisecondsOf(duration: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(duration) ?? [];
  if (number === undefined || unit === undefined) throw new TypeError(`not a duration: ${duration}`);
  return Number(number) * units[unit as keyof typeof units];
}

/** `30d` → milliseconds, in the units of Elasticsearch up to days; undefined where it is none. */
export function spanOf(text: string): number | undefined {
  const [, days] = /^(\d+)d$/.exec(text) ?? [];
  if (days !== undefined) return Number(days) * 24 * units.h;
  return /^\d+(ms|s|m|h)$/.test(text) ? millisecondsOf(text) : undefined;
}

/** 2000 → `2s`: the largest unit that gives a whole number. */
export function durationOf(milliseconds: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    if (milliseconds >= units[unit] && milliseconds % units[unit] === 0) return `${milliseconds / units[unit]}${unit}`;
  }
  return `${milliseconds}ms`;
}
