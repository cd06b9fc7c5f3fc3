import { matchesRegex, type PlainInput } from '../language/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import { isEqual, isNumber, isWholeNumber, type Json } from '../text/index.ts';

/** Returns what is wrong with a value for an input, to stand behind its name ("must be …"); undefined where nothing is. */
export function inputProblem(input: PlainInput, value: Json): string | undefined {
  const wanted = {
    string: 'a string',
    integer: 'an integer',
    number: 'a number',
    boolean: 'true or false',
    list: 'a list',
    connection: 'the name of a connection',
  };
  if (!isOfType(input.type, value))
    return `must be ${wanted[input.type]}, found ${input.secret ? 'something else' : inOneLine(value, 60)}`;
  if (input.enum && !input.enum.some((one) => isEqual(one, value)))
    return `must be one of ${input.enum.join(', ')}, found ${inOneLine(value, 60)}`;
  if (typeof value === 'string') {
    const found = input.secret ? '' : `, found ${inOneLine(value, 60)}`;
    if (input.pattern !== undefined && !matchesRegex(value, input.pattern))
      return `must match ${input.pattern}${found}`;
    if (input.not_pattern !== undefined && matchesRegex(value, input.not_pattern))
      return `must not match ${input.not_pattern}${found}`;
  }
  return undefined;
}

function isOfType(type: PlainInput['type'], value: Json): boolean {
  switch (type) {
    case 'string':
    case 'connection':
      return typeof value === 'string';
    case 'integer':
      return isNumber(value) && isWholeNumber(value);
    case 'number':
      return isNumber(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
  }
}
