import { type Event, hasSucceeded, instanceId, isRefusal, plannedAmong, sentIn } from '../../engine/index.ts';
import { nodesIn, type Plan, type PlannedNode } from '../../plan/index.ts';
import { dialectFor } from '../outline.ts';
import { elapsedText } from '../run-report.ts';

/** What a run has closed, or changed for a while, and has not put right yet. */
export interface Outages {
  /** Takes an event; where a step ends, returns what is over with it, one sentence each. */
  readonly follow: (event: Event) => string[];
  /** Returns what goes on, one sentence each. `at`: milliseconds since 1970. */
  readonly texts: (at: number) => string[];
}

/** The effect of one write that is to be put right. */
interface Outage {
  /** The id of its step. */
  readonly step: string;
  readonly connection: string;
  /** The indices that it has closed; of any other write its request. */
  readonly names?: readonly string[];
  readonly request: string;
  /** The step of an `always` that puts it right. */
  readonly by?: string;
  readonly since: number;
  isCertain: boolean;
  /** Another write has been sent since to what may be the same: nobody can say from here what is closed. */
  isTouched: boolean;
}

type Exchange = Extract<Event, { type: 'response' | 'no-response' }>;

/** Follows a run from its beginning: what is said of it is what its writes and their responses say. */
export function followOutages(plan: Plan): Outages {
  const places = placesIn(plan);
  const plannedOf = plannedAmong(places);
  let outages: Outage[] = [];
  /** Said when the step ends that has put it right. */
  let over: string[] = [];
  /** Disruptive steps and blocks in which a write was sent, and since when; before its response it may have been the first. */
  const disruptive = new Map<string, { readonly since: number; isCertain: boolean }>();
  const disruptiveAround = (step: string): string[] => {
    const { id = '', iterations = [] } = plannedOf(step) ?? {};
    return (places.get(id)?.within ?? []).map((one) => instanceId(one, iterations));
  };

  const intended = (step: string, at: number): void => {
    for (const one of disruptiveAround(step))
      if (!disruptive.has(one)) disruptive.set(one, { since: at, isCertain: false });
  };

  const begun = (event: Exchange & { readonly step: string }): void => {
    const sent = effectOf(event);
    for (const one of disruptiveAround(event.step)) {
      const known = disruptive.get(one);
      if (known && sent !== 'none') known.isCertain = true;
      else if (known && !known.isCertain) disruptive.delete(one);
    }
    if (sent === 'none') return;
    const at = Date.parse(event.at);
    const { id = '', iterations = [] } = plannedOf(event.step) ?? {};
    const node = places.get(id)?.node;
    const { connection, request } = event.call;
    const [method = '', path = ''] = request.split(' ');
    const change = dialectFor({ connection }, plan).closing?.(method, path);
    if (change?.to === 'open') {
      if (sent === 'certain') end((one) => isOpenedBy(one, connection, change.names), at);
      return;
    }
    for (const one of outages) if (one.connection === connection) one.isTouched = true;
    const by = node?.kind === 'request' ? node.undone_by : undefined;
    if (!change && by === undefined) return;
    outages = outages.filter(({ step }) => step !== event.step);
    outages.push({
      ...{ step: event.step, connection, request, since: at, isCertain: sent === 'certain', isTouched: false },
      ...(change ? { names: change.names } : {}),
      ...(by === undefined ? {} : { by: instanceId(by, iterations) }),
    });
  };

  const end = (isOver: (one: Outage) => boolean, at: number): void => {
    over.push(...outages.filter(isOver).map((one) => overText(one, at - one.since)));
    outages = outages.filter((one) => !isOver(one));
  };

  return {
    follow: (event) => {
      switch (event.type) {
        case 'write-intended':
          if (event.purpose === 'step') intended(event.step, Date.parse(event.at));
          return [];
        case 'response':
        case 'no-response':
          if (event.purpose === 'step' && event.call.effect === 'write') begun(event);
          return [];
        case 'effect-checked': {
          if (event.effect === 'not-in-place') outages = outages.filter(({ step }) => step !== event.step);
          return [];
        }
        case 'step-finished': {
          const { step, outcome, phase } = event;
          disruptive.delete(step);
          if (outcome === 'done') for (const one of outages) if (one.step === step) one.isCertain = true;
          const isRight = outcome === 'done' || outcome === 'unchanged' || outcome === 'in-place';
          if (phase === 'always' && isRight) end(({ by }) => by === step, Date.parse(event.at));
          const ended = over;
          over = [];
          return ended;
        }
        case 'run-resumed':
          // Since the last process has ended, anything may have happened.
          for (const one of outages) one.isTouched = true;
          return [];
        case 'step-rolled-back':
          if (event.clean) outages = outages.filter(({ step }) => !isWithin(step, event.step, places));
          return [];
        default:
          return [];
      }
    },
    texts: (at) => [
      ...outages.map((one) => text(one, at - one.since)),
      ...[...disruptive].flatMap(([id, { since }]) =>
        outages.some(({ step }) => isWithin(step, id, places))
          ? []
          : [`${id} is disruptive: ${elapsedText(at - since)} since its first write`],
      ),
    ],
  };
}

/** Returns whether a write took effect, as far as its response tells. */
function effectOf(event: Exchange): 'none' | 'possible' | 'certain' {
  if (event.type === 'no-response') return sentIn(event) === 'maybe' ? 'possible' : 'none';
  if (hasSucceeded(event.status)) return event.as_expected === false ? 'possible' : 'certain';
  return isRefusal(event.status) ? 'none' : 'possible';
}

function isOpenedBy({ connection, names = [] }: Outage, at: string, opened: readonly string[]): boolean {
  return connection === at && names.length > 0 && names.every((name) => opened.includes(name));
}

function text(one: Outage, ms: number): string {
  const { names, connection, request, by, isCertain, isTouched } = one;
  const time = elapsedText(ms);
  const later = (verb: string) => (by === undefined ? '' : `; ${by} ${verb}`);
  if (!names)
    return `${request} on ${connection} ${isCertain ? 'took' : 'may have taken'} effect ${time} ago${later('puts it right')}`;
  const closed = `${isCertain ? '' : 'possibly '}closed ${isTouched ? `${time} ago` : `for ${time}`}`;
  return `${listText(names)} ${closed} on ${connection}${later(names.length === 1 ? 'opens it' : 'opens them')}`;
}

function overText({ names, connection, request, isCertain }: Outage, ms: number): string {
  const time = elapsedText(ms);
  if (!names) return `${request} on ${connection}: put right after ${time}`;
  return `${listText(names)} open on ${connection}, ${time} after ${isCertain ? 'closing' : 'a close of unknown outcome'}`;
}

/** The first names, and how many there are besides. */
export function listText(names: readonly string[], most = 4): string {
  const rest = names.length - most;
  return rest > 1 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}

interface Place {
  readonly node: PlannedNode;
  /** What is around it, itself included; of these the disruptive ones. */
  readonly around: readonly string[];
  readonly within: readonly string[];
}

function placesIn(plan: Plan): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { node, within, section } of nodesIn(plan)) {
    const outer = within === undefined ? undefined : places.get(within);
    const isDisruptive = 'disruptive' in node && node.disruptive === true;
    places.set(node.id, {
      node,
      around: [...(outer?.around ?? []), node.id],
      // What rolls it back is no part of it.
      within: section === 'rollback' ? [] : [...(outer?.within ?? []), ...(isDisruptive ? [node.id] : [])],
    });
  }
  return places;
}

/** Returns whether a step is, or is in, another one of the same iterations. */
function isWithin(step: string, outer: string, places: ReadonlyMap<string, Place>): boolean {
  const { id = '', iterations = [] } = plannedAmong(places)(step) ?? {};
  return (places.get(id)?.around ?? []).some((one) => instanceId(one, iterations) === outer);
}
