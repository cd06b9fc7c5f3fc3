import schema from '../../schemas/plan.v1.schema.json' with { type: 'json' };
import { validatorFor } from '../language/index.ts';
import type { Plan } from './plan.ts';

export const validator = validatorFor<Plan>(schema, { allErrors: false });
