import 'vitest';
import type { TestProject } from 'vitest/node';
import type { Lab } from './lab.ts';
import { missingTools, startLab } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The running servers, or why there are none. */
    lab: Lab | { readonly skipped: string };
  }
}

/**
 * Starts the servers once for all tests. Without a JDK or Maven the tests are skipped and say so, unless
 * RUNBOOK_REAL_SERVERS=required.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = missingTools();
  if (missing) {
    if (process.env.RUNBOOK_REAL_SERVERS === 'required') {
      throw new Error(`the tests on real servers are required: ${missing}`);
    }
    console.warn(
      `\nThe tests on real Elasticsearch servers are SKIPPED: ${missing}. They need a JDK 17 or newer and Maven.\n`,
    );
    project.provide('lab', { skipped: missing });
    return async () => undefined;
  }
  const { lab, stop } = await startLab();
  project.provide('lab', lab);
  return stop;
}
