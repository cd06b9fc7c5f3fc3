import schema from '../../schemas/environment.v1.schema.json' with { type: 'json' };
import { validatorFor } from './validator.ts';

export const validator = validatorFor(schema);
