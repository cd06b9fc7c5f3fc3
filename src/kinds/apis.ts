/**
 * Returns whether a path is one of these APIs. `{name}` stands for one segment, `{index}` for one that may be missing. A
 * path may still hold templates: each is a part of a segment, and no part of an API's own name.
 */
export function isOneOf(apis: readonly string[]): (path: string) => boolean {
  const patterns = apis.map((api) => {
    // No index begins with an underscore but _all: /_security/user/_search is a user of that name.
    const pattern = api.replace('/{index}', '(/(_all|[^/_][^/]*))?').replaceAll('{name}', '[^/]+');
    return new RegExp(`^${pattern}$`);
  });
  return (path) => {
    const filled = path.replace(/\{\{.*?\}\}/g, '*');
    return patterns.some((pattern) => pattern.test(filled)) && filled.split('/').every(isPlain);
  };
}

/**
 * Returns whether a segment of a path stays what it is for whoever decodes it on the way: /%5Ftemplate/_count may arrive
 * as a template of the name _count, and /_template/%2E%2E/_search as something else again.
 */
export function isPlain(segment: string): boolean {
  if (segment === '.' || segment === '..') return false;
  if (!segment.includes('%')) return true;
  try {
    // A slash may be there: <logs-{now%2Fd}> is one index. So may an underscore that can be seen: a user may be _a%20b.
    const parts = decodeURIComponent(segment).split('/');
    return parts.every((part, index) => {
      const isHidden = part.startsWith('_') && (index > 0 || !segment.startsWith('_'));
      return !isHidden && part !== '.' && part !== '..' && !/%[\da-f]{2}/i.test(part);
    });
  } catch {
    return false;
  }
}
