import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { textOf } from './scene.ts';

/** `{ a: { b: 1 } }` → `a.b: "1"`. */
export function flat(value: Json, prefix = ''): Record<string, string> {
  if (!isObject(value)) return { [prefix]: textOf(value) };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, item]) => flat(item, prefix === '' ? key : `${prefix}.${key}`)),
  );
}

/** `a.b: "1"` → `{ a: { b: "1" } }`. */
export function nested(settings: Readonly<Record<string, string>>): JsonObject {
  const root: Record<string, Json> = {};
  for (const [name, value] of Object.entries(settings)) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    let at = root;
    for (const segment of path) {
      const inner = isObject(at[segment]) ? { ...at[segment] } : {};
      at[segment] = inner;
      at = inner;
    }
    at[last] = value;
  }
  return root;
}
