/** The names that HTTP gives headers (RFC 9110, 5.6.2); the schema has the same. */
const name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Returns what a `save` names as a header, `headers.ETag` → `ETag`; undefined where it is a JMESPath over the body. */
export function headerIn(path: string): string | undefined {
  return path.startsWith('headers.') ? path.slice('headers.'.length) : undefined;
}

/** Returns what is wrong with the name of a header; undefined where nothing is. */
export function headerProblem(text: string): string | undefined {
  return name.test(text) ? undefined : `"${text}" is not the name of a header`;
}
