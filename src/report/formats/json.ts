import type { Format } from './format.ts';

/** For programs. A plan's are exactly the bytes that its id is taken over. */
export const json: Format = {
  render: ({ bytes, run }) => (run ? `${JSON.stringify(run.report, null, 2)}\n` : bytes),
};
