/**
 * Of `<logs-{now/d}>` the slash ends a segment unless it is encoded, whatever the rest is; `<` is in no other name. What a
 * template puts into a path is encoded.
 */
export function hasBareDateMath(path: string): boolean {
  const literal = path.replace(/\{\{.*?\}\}/g, '');
  return /<[^<>]*\{/.test(literal) || /%3C[^/,]*\{[^{}/]*\//i.test(literal);
}
