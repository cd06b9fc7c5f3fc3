import 'vitest';
import type { TestProject } from 'vitest/node';
import { missingTools } from './fetched.ts';
import { type Lab, versions } from './lab.ts';
import { startLab } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The running servers of each version, or why there are none. */
    lab: Lab;
  }
}

/**
 * Starts the servers once for all tests. Without a JDK or Maven the tests are skipped and say so, those on 9.5 without a
 * newer Java, too, unless RUNBOOK_REAL_SERVERS=required.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = missingTools();
  const { lab, stop } = missing
    ? {
        lab: Object.fromEntries(
          versions.map((version) => [version, { skipped: `${missing}; they need a JDK 17 or newer and Maven` }]),
        ) as Lab,
        stop: async () => undefined,
      }
    : await startLab();
  for (const version of versions) {
    const pair = lab[version];
    if (!('skipped' in pair)) continue;
    const message = `The tests on real Elasticsearch ${version} servers are SKIPPED: ${pair.skipped}.`;
    if (process.env.RUNBOOK_REAL_SERVERS === 'required') {
      await stop();
      throw new Error(`${message} They are required.`);
    }
    console.warn(`\n${message}\n`);
  }
  project.provide('lab', lab);
  return stop;
}
