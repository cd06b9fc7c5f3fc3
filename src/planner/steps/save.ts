import type { CallStep, Path } from '../../language/index.ts';
import type { PlannedRequest, Saving } from '../../plan/index.ts';
import { type Context, resolved } from '../context.ts';
import { refuseSecrets } from '../secrets.ts';
import { plannedVariables } from './variables.ts';

/** `save` of a step, or of a read that finds its effect. */
export function saved(save: CallStep['save'], path: Path, context: Context): Pick<PlannedRequest, 'save'> {
  if (!save) return {};
  const entries = Object.entries(save).map(([name, written]) => {
    const {
      path: query,
      default: fallback,
      secret,
      digest,
    } = typeof written === 'string' ? { path: written } : written;
    const at = [...path, name, 'default'];
    const value = resolved(context, at, fallback);
    if (value !== undefined) refuseSecrets(value, at, context, 'in a default: the interpreter never gets its value');
    const saving: Saving = {
      path: query,
      ...plannedVariables([query], [...path, name], context),
      ...(value === undefined ? {} : { default: value }),
      ...(secret ? { secret: true } : {}),
      ...(digest ? { digest: true } : {}),
    };
    return [name, saving] as const;
  });
  return { save: Object.fromEntries(entries) };
}
