import type { MaintenanceWindow } from '../language/index.ts';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Returns whether a moment (milliseconds since 1970) is inside one of the windows; without any it always is. */
export function isInWindow(windows: readonly MaintenanceWindow[] | undefined, now: number): boolean {
  return windows === undefined || windows.some((window) => contains(window, now));
}

function contains(window: MaintenanceWindow, now: number): boolean {
  const { day, time } = localTime(now, window.timezone ?? 'UTC');
  const begins = (on: number) =>
    window.days === undefined || (window.days as string[]).includes(days[(on + 7) % 7] ?? '');
  if (window.from <= window.to) return begins(day) && window.from <= time && time < window.to;
  return (begins(day) && time >= window.from) || (begins(day - 1) && time < window.to);
}

function localTime(now: number, timeZone: string): { day: number; time: string } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return { day: days.indexOf(part('weekday').toLowerCase()), time: `${part('hour')}:${part('minute')}` };
}
