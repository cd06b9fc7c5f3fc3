import { RE2JS, RE2JSSyntaxException } from 're2js';
import { TemplateError } from './expression.ts';

/**
 * Regular expressions are those of RE2: a match takes time in proportion to the text, whoever wrote the pattern and the
 * text. The engine of JavaScript can take longer than anybody lives, and no signal or time-out is seen meanwhile.
 */

export interface RegexProblem {
  /** Stands behind the pattern: `lookahead is not supported`. */
  readonly message: string;
  /** The part of the pattern that is meant; empty where it is the whole of it. */
  readonly part: string;
  /** Whether RE2 leaves it out on purpose: lookaround and backreferences have no linear time. */
  readonly isUnsupported: boolean;
}

/** Returns what is wrong with a pattern; undefined where nothing is. */
export function regexProblem(pattern: string): RegexProblem | undefined {
  const compiled = compile(pattern);
  return compiled instanceof RE2JS ? undefined : compiled;
}

/**
 * Returns whether a text has a match in it.
 * @throws TemplateError where the pattern is none: those of runbooks have been checked, a plan's may come from elsewhere.
 */
export function matchesRegex(text: string, pattern: string): boolean {
  const compiled = compile(pattern);
  if (compiled instanceof RE2JS) return compiled.test(text);
  throw new TemplateError((show) => `${show(pattern)} is not a regular expression: ${compiled.message}`);
}

function compile(pattern: string): RE2JS | RegexProblem {
  if (pattern.includes('{{')) {
    return { message: 'a regular expression holds no templates', part: '{{', isUnsupported: false };
  }
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const part = error.getPattern() ?? '';
    const [, shown, name] = unsupported.find(([form]) => form.test(part)) ?? [];
    if (name !== undefined) {
      const opening = part.slice(0, shown);
      return { message: `${name} (${opening}) is not supported`, part: opening, isUnsupported: true };
    }
    const said = `${error.getDescription()}${part === '' ? '' : `: ${part}`}`;
    const hint = hints.find(([form]) => form.test(part))?.[1];
    return { message: hint === undefined ? said : `${said}; ${hint}`, part, isUnsupported: false };
  }
}

/** What other engines have and RE2 does not: how the part begins that it stumbles over, and how much of that is shown. */
const unsupported: readonly (readonly [form: RegExp, shown: number, name: string])[] = [
  [/^\(\?[=!]/, 3, 'lookahead'],
  [/^\(\?<[=!]/, 4, 'lookbehind'],
  [/^\\[1-9]/, 2, 'a backreference'],
  [/^\\k/, 2, 'a backreference'],
  [/^\(\?>/, 3, 'an atomic group'],
  [/^[*+?}]\+$/, 2, 'a possessive repetition'],
];

const hints: readonly (readonly [form: RegExp, hint: string])[] = [
  [/^\\u/, 'a character is written by its number as \\x{20AC}'],
  [/^\\[pP]\{/, 'there are general categories and scripts: \\p{L}, \\p{Lu}, \\p{Greek}'],
  [/^\{\d+,?\d*\}$/, 'at most 1000 repetitions, those inside one another multiplied, and the lower bound first'],
];
