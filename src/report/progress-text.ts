import type { Event, Progress } from '../engine/index.ts';

/** The progress of the steps that are running: a fold over events. It keeps a few samples of each, however many events there are. */
export interface ProgressFold {
  readonly take: (event: Event) => void;
  /**
   * `12 of 48 shards, 3.1 of 9.8 GB, 120 MB/s, about 55 s left`; undefined where the step has no progress. Rate and time
   * left are in it where they follow from what was seen.
   * @param now Milliseconds since 1970, by the clock of the events.
   */
  readonly text: (step: string, now: number) => string | undefined;
}

/** What was seen at one time. */
interface Sample {
  readonly at: number;
  readonly measures: readonly Progress[];
}

/** The rate is that of so much time. Where samples are further apart, it is that between the last two. Milliseconds. */
const span = 60_000;
/** Within `span` the engine records fewer. */
const mostSamples = 16;
/** What was seen earlier than that says nothing about the rate now. It is looked at every 30 s at least. */
const longestSilence = 45_000;
/** What has not changed for as long is said to be unchanged. */
const shortestStandstill = 60_000;

export function progressFold(): ProgressFold {
  /** Step → what was seen of it, and when its measures were first what they are now. */
  const seen = new Map<string, { readonly samples: readonly Sample[]; readonly since: number }>();
  return {
    take: (event) => {
      if (event.type === 'step-started' || event.type === 'step-finished') seen.delete(event.step);
      if (event.type !== 'progress') return;
      const sample = { at: Date.parse(event.at), measures: event.measures };
      const { samples, since } = seen.get(event.step) ?? { samples: [], since: sample.at };
      const last = samples.at(-1);
      const isNew = last === undefined || !isFurther(last, sample);
      const hasChanged = last === undefined || !isSame(last.measures, sample.measures);
      seen.set(event.step, {
        samples: recent([...(isNew ? [] : samples), sample]),
        since: hasChanged ? sample.at : since,
      });
    },
    text: (step, now) => {
      const { samples = [], since = 0 } = seen.get(step) ?? {};
      const last = samples.at(-1);
      if (last === undefined) return undefined;
      return [measuresText(last.measures), ...paceOf(samples, since, now)].join(', ');
    },
  };
}

/** The samples of the last `span`, and the one before them: the rate is measured from it. */
function recent(samples: readonly Sample[]): readonly Sample[] {
  const from = (samples.at(-1)?.at ?? 0) - span;
  const before = samples.findLastIndex(({ at }) => at <= from);
  return samples.slice(Math.max(0, before, samples.length - mostSamples));
}

function isSame(some: readonly Progress[], others: readonly Progress[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

/** Returns whether a sample continues the one before it: the clock was not set back, and nothing has begun anew. */
function isFurther(before: Sample, after: Sample): boolean {
  return (
    after.at > before.at &&
    before.measures.every(({ unit, done }) => {
      const same = after.measures.find((measure) => measure.unit === unit);
      return same === undefined || same.done >= done;
    })
  );
}

/** The rate and the time that is left, as far as they are known; or for how long nothing has changed. */
function paceOf(samples: readonly Sample[], since: number, now: number): string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || now - last.at > longestSilence) return [];
  if (last.at - since >= shortestStandstill) return [`unchanged for ${roughly(last.at - since)}`];
  const measure = leading(last.measures);
  const earlier = measure && first.measures.find(({ unit }) => unit === measure.unit);
  if (!measure || !earlier || last === first || measure.done <= earlier.done) return [];
  // For each millisecond.
  const rate = (measure.done - earlier.done) / (last.at - first.at);
  // A total that grows says nothing about the end.
  const isFixed = samples.every(
    ({ measures }) => measures.find(({ unit }) => unit === measure.unit)?.total === measure.total,
  );
  const { done, total } = measure;
  const left = total !== undefined && isFixed ? (total - done) / rate - (now - last.at) : 0;
  return [rateText(rate * 1_000, measure.unit), ...(left > 0 ? [`about ${roughly(left)} left`] : [])];
}

/** The measure that rate and time left go by: bytes are all alike. */
function leading(measures: readonly Progress[]): Progress | undefined {
  return measures.find(({ unit }) => unit === 'bytes') ?? measures[0];
}

/** `12 of 48 shards, 3.1 of 9.8 GB`. */
export function measuresText(measures: readonly Progress[]): string {
  return measures.map(measureText).join(', ');
}

function measureText({ done, total, unit }: Progress): string {
  if (unit === 'bytes') {
    const scale = scaleOf(total ?? done);
    const whole = total === undefined ? '' : ` of ${scaled(total, scale, Math.round)}`;
    return `${scaled(done, scale, done === total ? Math.round : Math.floor)}${whole} ${scale.name}`;
  }
  return `${numberText(done)}${total === undefined ? '' : ` of ${numberText(total)}`} ${unit}`;
}

/** For each second, or each minute or hour where that is less than one. */
function rateText(perSecond: number, unit: string): string {
  if (unit === 'bytes') {
    const scale = scaleOf(perSecond);
    return `${scaled(perSecond, scale, Math.round)} ${scale.name}/s`;
  }
  const [rate, time] =
    perSecond >= 1 ? [perSecond, 's'] : perSecond * 60 >= 1 ? [perSecond * 60, 'min'] : [perSecond * 3_600, 'h'];
  return `${numberText(rate >= 10 ? Math.round(rate) : rate)} ${unit}/${time}`;
}

interface Scale {
  readonly name: string;
  readonly size: number;
}

/** Powers of 1,000. */
const scales: readonly Scale[] = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'].map((name, power) => ({
  name,
  size: 1_000 ** power,
}));

function scaleOf(bytes: number): Scale {
  const [first = { name: 'B', size: 1 }] = scales;
  return scales.findLast(({ size }) => bytes >= size) ?? first;
}

/** With one decimal below 100; whole bytes. What is done is rounded down: it is not said to be all before it is. */
function scaled(bytes: number, { size }: Scale, round: (value: number) => number): string {
  const value = bytes / size;
  if (size === 1 || value === 0 || value >= 100) return numberText(round(value));
  return (round(value * 10) / 10).toFixed(1);
}

/** `12,345` or `43.2`. */
function numberText(value: number): string {
  const [whole = '', decimals = ''] = String(Math.floor(value * 10) / 10).split('.');
  const grouped = /^\d+$/.test(whole) ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  return `${grouped}${decimals === '' ? '' : `.${decimals}`}`;
}

/** A time that is an estimate: `55 s`, `3 min`, `2 h 10 min`. */
function roughly(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
