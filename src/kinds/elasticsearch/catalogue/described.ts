import type { CallDescription } from '../../catalogue.ts';
import { knownApis } from './apis.ts';
import { calledApi } from './called.ts';

interface Summaries {
  readonly summaries: readonly string[];
  /** Path → method → the place of its summary. */
  readonly apis: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Returns what Elastic's sources say of a call; undefined where they do not have it. */
export async function described(method: string, path: string): Promise<CallDescription | undefined> {
  const api = calledApi(method, path);
  if (!api) return undefined;
  const { summariesText } = await import('./summaries.ts');
  const { summaries, apis } = JSON.parse(summariesText) as Summaries;
  const summary = summaries[apis[api.path]?.[method] ?? -1];
  const needs = api.needs.get(method);
  const deprecated = api.deprecated.get(method);
  return {
    call: `${method} ${api.path}`,
    ...(summary === undefined ? {} : { summary }),
    versions: knownApis().versions.filter((_, index) => api.methods.get(method)?.[index]),
    reads: method === 'GET' || method === 'HEAD' || (method === 'POST' && api.reads),
    ...(needs === undefined ? {} : { needs: needs.replaceAll('|', ' or ') }),
    ...(deprecated === undefined ? {} : { deprecated }),
    query: [...api.query],
    ...(api.body === undefined ? {} : { body: [...api.body] }),
  };
}
