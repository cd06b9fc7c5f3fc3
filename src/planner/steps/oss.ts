import type { OssStep } from '../../language/index.ts';
import { resolved } from '../context.ts';
import { polling } from './call.ts';
import { connectionFor } from './connection.ts';
import { plannedExpect, plannedRetry } from './fields.ts';
import type { StepPlanner } from './planner.ts';
import { saved } from './save.ts';

/** One read of an OSS bucket. */
export const ossPlanner: StepPlanner<OssStep> = {
  isKind: (step): step is OssStep => 'oss' in step,
  title: (step) => `oss ${step.oss}`,
  plan: (step, path, common, context) => {
    const key = resolved(context, [...path, 'key'], step.key);
    const prefix = resolved(context, [...path, 'prefix'], step.prefix);
    return {
      ...common,
      kind: 'request',
      effect: 'read',
      request: {
        type: 'oss',
        connection: connectionFor(context).connection,
        operation: step.oss,
        ...(key === undefined ? {} : { key: String(key) }),
        ...(prefix === undefined ? {} : { prefix: String(prefix) }),
      },
      expect: plannedExpect(step.expect, [...path, 'expect'], context),
      ...polling(step, path, context),
      ...saved(step.save, [...path, 'save'], context),
      retry: plannedRetry(step.retry, 'read'),
    };
  },
};
