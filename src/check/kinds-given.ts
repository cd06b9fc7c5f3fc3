import type { KindName } from '../kinds/index.ts';
import { type FileSet, type Fragment, type Loaded, type Runbook, stepsIn } from '../language/index.ts';

/** The kinds of the connections that a fragment is given as inputs; undefined for an input that is given several. */
export type KindsGiven = ReadonlyMap<string, KindName | undefined>;

/** Returns what every fragment of a runbook is given, by the path of its file. */
export function kindsGiven({ main, fragments }: FileSet): ReadonlyMap<string, KindsGiven> {
  const given = new Map<string, Map<string, KindName | undefined>>();
  const follow = ({ value }: Loaded<Runbook | Fragment>, folder: string, own: KindsGiven, chain: string[]) => {
    const declared = 'connections' in value ? value.connections : {};
    for (const { step } of stepsIn({ value })) {
      if (!('use' in step)) continue;
      const path = folder + step.use;
      const fragment = fragments.get(path);
      if (!fragment || chain.includes(path)) continue;
      const kinds = given.get(path) ?? new Map<string, KindName | undefined>();
      given.set(path, kinds);
      for (const [input, written] of Object.entries(step.with ?? {})) {
        if (typeof written !== 'string') continue;
        const outer = inputIn(written);
        const kind =
          outer === undefined
            ? Object.hasOwn(declared, written)
              ? declared[written]?.kind
              : undefined
            : own.get(outer);
        kinds.set(input, kinds.has(input) && kinds.get(input) !== kind ? undefined : kind);
      }
      follow(fragment, path.slice(0, path.lastIndexOf('/') + 1), kinds, [...chain, path]);
    }
  };
  follow(main, '', new Map(), []);
  return given;
}

/** Returns the input that a scalar stands for: `{{inputs.connection}}` → `connection`. */
export function inputIn(text: string): string | undefined {
  return /^\{\{\s*inputs\.([\w-]+)\s*\}\}$/.exec(text)?.[1];
}
