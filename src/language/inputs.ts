import { didYouMean } from '../text/index.ts';
import type { Input, PlainInput } from './runbook.types.ts';

/** The inputs of a file, or the members of one of type object. */
export type Inputs = Readonly<Record<string, Input>>;

/** An input that holds a value itself: one of a plain type, or a member of an object. */
export interface Leaf {
  /** Dotted: `snapshot`, `repository.name`. */
  readonly name: string;
  readonly input: PlainInput;
}

/** Every input that holds a value itself, in the order in which they are declared. */
export function leavesOf(inputs: Inputs = {}): Leaf[] {
  return Object.entries(inputs).flatMap(([name, input]) => leavesIn(name, input));
}

/** An input itself, or the members of an object at any depth. */
export function leavesIn(name: string, input: Input): Leaf[] {
  if (input.type !== 'object') return [{ name, input }];
  return Object.entries(input.properties).flatMap(([member, inner]) => leavesIn(`${name}.${member}`, inner));
}

/** Returns whether a value of an input has a secret in it. */
export function holdsSecret(input: Input): boolean {
  return leavesIn('', input).some((leaf) => leaf.input.secret === true);
}

/** Returns where the declaration of a dotted name stands in a file. */
export function pathOfInput(name: string): string[] {
  return ['inputs', ...name.split('.').flatMap((part, index) => (index === 0 ? [part] : ['properties', part]))];
}

/** What a dotted name means: an input, or the part of the name that there is not. */
export type FoundInput =
  | { readonly input: Input }
  | {
      readonly missing: string;
      /** What has no such member; undefined where there is no input of this name. */
      readonly of?: { readonly name: string; readonly input: Input };
      /** What there is in its place. */
      readonly known: readonly string[];
    };

/** Follows the segments of a dotted name through the declarations. */
export function inputAt(inputs: Inputs, segments: readonly string[]): FoundInput {
  let at: { readonly name: string; readonly input: Input } | undefined;
  for (const segment of segments) {
    const among: Inputs = at === undefined ? inputs : at.input.type === 'object' ? at.input.properties : {};
    const input = Object.hasOwn(among, segment) ? among[segment] : undefined;
    if (!input) return { missing: segment, ...(at ? { of: at } : {}), known: Object.keys(among) };
    at = { name: at ? `${at.name}.${segment}` : segment, input };
  }
  return at ? { input: at.input } : { missing: '', known: Object.keys(inputs) };
}

/** Returns what is wrong with a name that means no input: `unknown input "nmae" — did you mean "name"?`. */
export function unknownInput({ missing, of, known }: Extract<FoundInput, { missing: string }>): string {
  const what = of === undefined ? `unknown input "${missing}"` : `the input "${of.name}" has no member "${missing}"`;
  const there = known.length > 0 ? `; ${of === undefined ? 'the inputs are' : 'it has'} ${known.join(', ')}` : '';
  return `${what}${didYouMean(missing, known) || there}`;
}
