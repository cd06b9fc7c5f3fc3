import { jsonText } from './exact.ts';
import type { Json } from './value.ts';

/** A value as one line of text for a person; cut at `limit` characters, 200 where none are named. */
export type Show = (value: Json | undefined, limit?: number) => string;

/** A sentence with values in it: whoever says it decides how they are shown. */
export type Sentence = (show: Show) => string;

/**
 * The one function that cuts values. It takes the secrets out of a value before it cuts: of a secret that is cut, no
 * redactor recognises what is left.
 */
export function showing(redact: (value: Json) => Json): Show {
  return (value, limit = 200) => {
    const text = value === undefined ? 'nothing' : jsonText(redact(value));
    return text.length > limit ? `${text.slice(0, limit)}… (${text.length} characters)` : text;
  };
}
