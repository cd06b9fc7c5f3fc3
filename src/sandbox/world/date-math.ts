const units = ['y', 'M', 'w', 'd', 'h', 'm', 's'] as const;
type Unit = (typeof units)[number];

/**
 * Returns the name that `<logs-{now/d}>` stands for; any other name is itself. In a path such a name must be percent-encoded,
 * its slash above all.
 */
export function resolved(name: string, now: number): string {
  const [, inner] = /^<(.+)>$/.exec(name) ?? [];
  if (inner === undefined) return name;
  return inner.replace(/\{now([^{}]*)(?:\{([^{}|]+)(?:\|[^{}]*)?\})?\}/g, (_, math: string, format = 'yyyy.MM.dd') =>
    formatted(calculated(math, new Date(now)), format),
  );
}

function calculated(math: string, start: Date): Date {
  const date = new Date(start);
  for (const [, sign, count = '1', unit = ''] of math.matchAll(/([+\-/])(\d*)([yMwdhms])/g)) {
    if (sign === '/') floor(date, unit as Unit);
    else add(date, unit as Unit, Number(`${sign}${count === '' ? '1' : count}`));
  }
  return date;
}

function add(date: Date, unit: Unit, count: number): void {
  if (unit === 'y') date.setUTCFullYear(date.getUTCFullYear() + count);
  else if (unit === 'M') date.setUTCMonth(date.getUTCMonth() + count);
  else date.setTime(date.getTime() + count * { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 }[unit] * 1_000);
}

function floor(date: Date, unit: Unit): void {
  const size = units.indexOf(unit);
  if (unit === 'w') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (size < units.indexOf('M')) date.setUTCMonth(0);
  if (size < units.indexOf('w')) date.setUTCDate(1);
  if (size < units.indexOf('h')) date.setUTCHours(0);
  if (size < units.indexOf('m')) date.setUTCMinutes(0);
  if (size < units.indexOf('s')) date.setUTCSeconds(0);
  date.setUTCMilliseconds(0);
}

function formatted(date: Date, format: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const parts: Readonly<Record<string, string>> = {
    yyyy: String(date.getUTCFullYear()),
    uuuu: String(date.getUTCFullYear()),
    MM: two(date.getUTCMonth() + 1),
    dd: two(date.getUTCDate()),
    HH: two(date.getUTCHours()),
    mm: two(date.getUTCMinutes()),
    ss: two(date.getUTCSeconds()),
  };
  return format.replace(/yyyy|uuuu|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part);
}
