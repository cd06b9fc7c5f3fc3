/** What can happen to a call on its way. */
export const sendFaults = [
  /** Nothing listens: it has not left. */
  'refused',
  /** The connection breaks before the call arrives, or after it took effect. */
  'reset-before',
  'reset-after',
  'hang-before',
  'hang-after',
  /** Answers of a proxy, before or after. */
  '503-before',
  '504-after',
  '429',
  /** The server itself: nothing took effect (docs/how-servers-behave.md, C4). */
  '500',
  '401',
  /** It took effect, and its answer cannot be read. */
  'garbage',
  /** The cluster cannot be reached for a while, from this call on. */
  'outage',
  'long-outage',
  /** A snapshot or a restore that is not whole. */
  'partial',
  'failed-shard',
] as const;

/** Those that befall only some calls. */
export const misfortunes = ['partial', 'failed-shard'] as const satisfies readonly SendFault[];

/** Those at a call that does not arrive or is lost on its way back: the same, where it changes nothing in the world. */
export const beforeAndAfter: Readonly<Partial<Record<SendFault, SendFault>>> = {
  'reset-after': 'reset-before',
  'hang-after': 'hang-before',
};

/** What ends the process at an event, and what is then on its disk. */
export const deaths = [
  'die-before',
  'die-after',
  /** It dies in the middle of the line. */
  'torn',
  /** It dies, and what was not synced is lost. */
  'power-loss',
] as const;

/** What can happen to the process and its journal at an event. */
export const recordFaults = [
  ...deaths,
  /** The disk is full: the reserve takes what is still to be written. */
  'full',
  /** Nothing can be written any more. */
  'dead-disk',
  'signal',
  'two-signals',
] as const;

export type SendFault = (typeof sendFaults)[number];
export type Death = (typeof deaths)[number];
export type RecordFault = (typeof recordFaults)[number];

/** What goes wrong in one world: at the nth call and at the nth event, counted over all its processes. */
export interface Faults {
  readonly sends: ReadonlyMap<number, SendFault>;
  readonly records: ReadonlyMap<number, RecordFault>;
}

export const noFaults: Faults = { sends: new Map(), records: new Map() };

export function isDeath(fault: RecordFault): fault is Death {
  return (deaths as readonly RecordFault[]).includes(fault);
}

/** `reset-after@12,die-after#40`: at the 13th call, at the 41st event. */
export function printFaults({ sends, records }: Faults): string {
  return [
    ...[...sends].map(([at, fault]) => `${fault}@${at}`),
    ...[...records].map(([at, fault]) => `${fault}#${at}`),
  ].join(',');
}

/** The faults that `printFaults` has printed. */
export function parseFaults(text: string): Faults {
  const sends = new Map<number, SendFault>();
  const records = new Map<number, RecordFault>();
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [, name = '', mark, at = ''] = /^([a-z0-9-]+)([@#])(\d+)$/.exec(part) ?? [];
    if (mark === '@' && sendFaults.includes(name as SendFault)) sends.set(Number(at), name as SendFault);
    else if (mark === '#' && recordFaults.includes(name as RecordFault)) records.set(Number(at), name as RecordFault);
    else throw new Error(`"${part}" is no fault; expected reset-after@12 (a call) or die-after#40 (an event)`);
  }
  return { sends, records };
}
