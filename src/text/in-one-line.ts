import { type Show, showing } from './show.ts';

/**
 * Shows values that hold no secret: those of files while planning, and those of a record. Where values of servers are,
 * in the engine and the connections, `npm run check:borders` forbids it: there a redactor shows them.
 */
export const inOneLine: Show = showing((value) => value);
