import { isObject, type Json } from '../text/index.ts';

/**
 * The keys of what a call carries may hold templates: there a key is data, whatever value stands in it. Everywhere else a key is
 * of the language, or an expression, and no value may change it.
 */
const places =
  /^(?:(?:steps|evidence|always|rollback)\/\d+\/)+(?:(?:done_when|unchanged_when)\/(?:otherwise\/)*|progress\/)?(?:body|ndjson)\//;

type Path = readonly (string | number)[];

/** Returns the path of every key with a template where none may stand. */
export function misplacedTemplates(value: Json, path: Path = []): Path[] {
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item, index) => misplacedTemplates(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, key];
    const isMisplaced = key.includes('{{') && !places.test(`${path.join('/')}/`);
    return [...(isMisplaced ? [here] : []), ...misplacedTemplates(item, here)];
  });
}
