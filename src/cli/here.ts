import { hostname } from 'node:os';
import type { Showing } from '../report/index.ts';

/** Where and when something is shown. */
export function here(): Showing {
  const { columns } = process.stdout;
  return { directory: process.cwd(), host: hostname(), now: Date.now(), ...(columns > 0 ? { width: columns } : {}) };
}
