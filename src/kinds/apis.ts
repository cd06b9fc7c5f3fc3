/**
 * Returns whether a path is one of these APIs. `{name}` stands for one segment, `{index}` for one that may be missing. A
 * path may still hold templates.
 */
export function isOneOf(apis: readonly string[]): (path: string) => boolean {
  const patterns = apis.map((api) => {
    // No index begins with an underscore but _all: /_security/user/_search is a user of that name.
    const pattern = api.replace('/{index}', '(/(_all|[^/_][^/]*))?').replaceAll('{name}', '[^/]+');
    return new RegExp(`^${pattern}$`);
  });
  return (path) => {
    const filled = path.replace(/\{\{.*?\}\}/g, 'x');
    return patterns.some((pattern) => pattern.test(filled));
  };
}
