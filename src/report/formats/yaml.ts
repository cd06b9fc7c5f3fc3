import { stringify } from 'yaml';
import type { Format } from './format.ts';

/** A plan as YAML: the same content as its JSON. */
export const yaml: Format = {
  render: ({ plan, id }) => `# plan ${id}\n${stringify(plan)}`,
};
