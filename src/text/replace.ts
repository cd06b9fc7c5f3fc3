import type { Json, JsonObject } from './value.ts';

/** A list with each item replaced. Most stay as they are: where all of them do, it is the list itself. */
export function replaceItems(list: readonly Json[], replace: (item: Json) => Json): readonly Json[] {
  const items = list.map(replace);
  return items.every((item, index) => item === list[index]) ? list : items;
}

/** A mapping with the value of each member replaced; where all of them stay as they are, it is the mapping itself. */
export function replaceMembers(mapping: JsonObject, replace: (value: Json, name: string) => Json): JsonObject {
  let copy: { [name: string]: Json } | undefined;
  for (const name of Object.keys(mapping)) {
    const value = mapping[name] as Json;
    const other = replace(value, name);
    if (other === value) continue;
    copy ??= { ...mapping };
    copy[name] = other;
  }
  return copy ?? mapping;
}
