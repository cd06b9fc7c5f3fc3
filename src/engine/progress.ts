import { evaluateValue, TemplateError, valueAt } from '../language/index.ts';
import type { PlannedMeasure, PlannedProgress, PlannedRequest } from '../plan/index.ts';
import type { Json, JsonObject } from '../text/index.ts';
import { hasStatus } from './assertion.ts';
import type { Progress } from './event.ts';
import { lookupAtRun } from './render.ts';
import type { Response } from './result.ts';
import { renderRead, send } from './send.ts';
import { type StepContext, valuesIn } from './session.ts';

/** The shortest pause between two reads, and between two events where something has changed; milliseconds, as all here. */
const shortestPause = 5_000;
/** The pause between two events where nothing has changed: they say that it was looked at. */
const steadyPause = 30_000;
/** The longest pause between two reads that fail; it is doubled each time. */
const longestPause = 60_000;
/** The longest that one read waits for its response: the poll waits meanwhile. */
const longestRead = 5_000;
/** A time-out is noticed a little later. */
const margin = 1_000;

/** Looks how far a poll is, and records it. */
export interface ProgressWatch {
  /**
   * @param polled The response to the poll.
   * @param spare How long a read may take without costing the poll its next call; milliseconds.
   */
  readonly look: (polled: Response, spare: number) => Promise<void>;
}

/** What a poll without `progress` has. */
const nothing: ProgressWatch = { look: async () => undefined };

/**
 * Watches the progress of one poll. Nothing of it fails the step: where a read fails, or there is no number, there is no event.
 * How much is kept does not depend on how long the poll takes.
 */
export function watchProgress({ progress }: PlannedRequest, context: StepContext): ProgressWatch {
  if (!progress) return nothing;
  const { ports, recorder } = context.session;
  let nextRead = Number.NEGATIVE_INFINITY;
  let pause = shortestPause;
  let recorded: { readonly at: number; readonly text: string } | undefined;
  /** The response with the numbers; undefined where there is none now. */
  const read = async (spare: number): Promise<Response | undefined> => {
    const timeout = Math.min(longestRead, spare - margin);
    if (ports.monotonic() < nextRead || timeout <= 0) return undefined;
    const response = await readProgress(progress, timeout, context);
    nextRead = ports.monotonic() + pause;
    pause = response ? shortestPause : Math.min(longestPause, pause * 2);
    return response;
  };
  return {
    look: async (polled, spare) => {
      const response = progress.request ? await read(spare) : polled;
      const measures = response ? measuresIn(response.body, progress.measures, context) : [];
      if (measures.length === 0) return;
      const now = ports.monotonic();
      const text = JSON.stringify(measures);
      if (recorded && now - recorded.at < (text === recorded.text ? steadyPause : shortestPause)) return;
      recorded = { at: now, text };
      await recorder.record({ type: 'progress', step: context.id, measures });
    },
  };
}

/** Sends the read once. */
async function readProgress(
  { request }: PlannedProgress,
  timeout_ms: number,
  context: StepContext,
): Promise<Response | undefined> {
  if (!request) return undefined;
  try {
    const expect = { status: ['2xx'], body: [] };
    const sending = { effect: 'read', timeout_ms, purpose: 'progress', expect } as const;
    const result = await send(renderRead(request, context), sending, context);
    return result.kind === 'response' && hasStatus(expect, result.status) && !result.unreadable ? result : undefined;
  } catch (error) {
    // What it is filled with is not known, or makes another call of it.
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

/** The measures that have a number; a total that cannot be one is left out. */
function measuresIn(body: Json, measures: readonly PlannedMeasure[], context: StepContext): Progress[] {
  const shown = shownNumber(context);
  return measures.flatMap(({ done: path, total, variables, unit }): Progress[] => {
    const at = (query: string) => valueAt(body, query, variables && (filledIn(variables, context) as JsonObject));
    const done = shown(() => at(path));
    if (done === undefined) return [];
    const known = total && shown(() => ('path' in total ? at(total.path) : filledIn(total.value, context)));
    return [{ done, ...(known !== undefined && known > 0 && known >= done ? { total: known } : {}), unit }];
  });
}

function filledIn(value: Json, { session, frame }: StepContext): Json {
  return evaluateValue(value, lookupAtRun(valuesIn(session, frame), 'shown'));
}

/** Gives a value that is a number, and that may be shown: a server may say a secret with it. */
function shownNumber({ session }: StepContext) {
  return (find: () => Json | undefined): number | undefined => {
    try {
      const value = session.options.redactor.value(find() ?? null);
      return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
    } catch (error) {
      // JMESPath would compute with a number that it cannot hold, or a value of the run is not there.
      if (error instanceof TemplateError) return undefined;
      throw error;
    }
  };
}
