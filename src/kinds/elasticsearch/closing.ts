/** Returns the indices that a write closes or opens, as its path names them; undefined where it does neither. */
export function closing(
  method: string,
  path: string,
): { readonly to: 'closed' | 'open'; readonly names: readonly string[] } | undefined {
  const [, names = '', verb] = /^\/([^/?]+)\/_(close|open)$/.exec(path) ?? [];
  if (method !== 'POST' || verb === undefined) return undefined;
  return { to: verb === 'close' ? 'closed' : 'open', names: decoded(names).split(',') };
}

/** A record may hold what is no encoded text, such as a mark in the place of a secret. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
