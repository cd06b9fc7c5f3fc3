import schema from '../../schemas/runbook.v1.schema.json' with { type: 'json' };
import { validatorFor } from './validator.ts';

export const validator = validatorFor(schema);
