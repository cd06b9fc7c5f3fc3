import { RE2JS } from 're2js';
import { isOrigin } from './origin.ts';
import { regexProblem } from './regex.ts';
import { rangeProblem } from './version.ts';

/** The formats of the JSON Schemas. */
export const formats = {
  'version-range': (text: string) => rangeProblem(text) === undefined,
  re2: (text: string) => regexProblem(text) === undefined,
  origin: isOrigin,
  timezone: (text: string) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
      return true;
    } catch {
      return false;
    }
  },
};

/** The patterns of the JSON Schemas are compiled by the engine of those in runbooks, each when it is needed first. */
export const schemaPattern = Object.assign(
  (pattern: string) => {
    let compiled: RE2JS | undefined;
    const test = (text: string): boolean => {
      compiled ??= RE2JS.compile(pattern);
      return compiled.test(text);
    };
    return { test, toString: () => pattern };
  },
  { code: 'schemaPattern' },
);
