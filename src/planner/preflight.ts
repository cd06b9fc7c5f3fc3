import { kindOf } from '../kinds/index.ts';
import type { EnvironmentConnection } from '../language/index.ts';
import type { Plan, PlannedRequest } from '../plan/index.ts';

/** A cluster that has just been started may need a moment. */
const patience = { timeout_ms: 30_000, retry: { attempts: 3, delay_ms: 1_000, budget_ms: 30_000 } } as const;

/** The preflight of every connection that the plan uses, with each identity that it uses there. */
export function preflightFor(
  { runbook, environment }: Pick<Plan, 'runbook' | 'environment'>,
  settings: { readonly [connection: string]: EnvironmentConnection },
  used: ReadonlyMap<string, ReadonlySet<string | undefined>>,
): PlannedRequest[] {
  return Object.entries(environment.connections)
    .flatMap(([name, connection]) => {
      const own = settings[name];
      if (!own) return [];
      return [...(used.get(name) ?? [])].sort().map((identity) => {
        const as = identity === undefined ? {} : { identity };
        return {
          id: `preflight/${name}${identity === undefined ? '' : `/${identity}`}`,
          ...kindOf(own).preflight({ name, settings: own, connection, ...as, runbook }),
        };
      });
    })
    .map((request, index) => ({
      ...{ kind: 'request', at: runbook.file, effect: 'read', number: `p${index + 1}`, ...patience },
      ...request,
    }));
}
