import { stringify } from 'yaml';
import type { Format } from './format.ts';

/** A plan as YAML: the same content as its JSON. No line begins with what somebody has written: it may be in a pipeline's log. */
export const yaml: Format = {
  render: ({ plan, id }) => `# plan ${id}\n${stringify(plan, { blockQuote: false, lineWidth: 0 })}`,
};
