import { expressionOfKey, pathsIn, templateOf, templatePaths } from '../language/index.ts';
import { conditionsIn, mapNode, nodesIn, type PlannedNode, type PlannedRequest } from '../plan/index.ts';
import { isObject, type Json, mappingOf } from '../text/index.ts';

/** A plan's nodes, and which of its saved secrets its rollbacks read: a run must remember those beyond its process. */
export interface Sealed {
  readonly steps: PlannedNode[];
  /** `steps.ID.NAME`, in the order of the plan. */
  readonly names: readonly string[];
}

/** Marks every saved secret that a rollback reads: the journal keeps it, sealed, so that a resumed run can roll back as well. */
export function withSealedSaves(steps: readonly PlannedNode[], rollback: readonly PlannedNode[]): Sealed {
  const rollbacks = nodesIn({ preflight: [], steps, rollback }).filter(({ section }) => section === 'rollback');
  const needed = new Set(rollbacks.flatMap(({ node }) => readBy(node)));
  const names: string[] = [];
  const marked = (node: PlannedNode): PlannedNode => {
    if (node.kind !== 'request' || !node.save) return node;
    const save = Object.fromEntries(
      Object.entries(node.save).map(([name, saved]) => {
        if (!saved.secret || !placesOf(node.id, name).some((place) => needed.has(place))) return [name, saved];
        names.push(`steps.${node.id}.${name}`);
        return [name, { ...saved, sealed: true as const }];
      }),
    );
    return { ...node, save: save as PlannedRequest['save'] & {} };
  };
  return { steps: steps.map((node) => mapNode(node, marked)), names };
}

/** A step of a loop is read by the id of its own iteration, or, after the loop, as the list of all of them. */
function placesOf(id: string, name: string): string[] {
  return [`${id} ${name}`, `${id.replaceAll(/#(\*|\d+)/g, '')} ${name}`];
}

/** Every saved value that a node reads. */
function readBy(node: PlannedNode): string[] {
  const when = node.kind === 'skipped' ? [] : conditionsIn(node.when);
  // The subject of a condition is an expression without braces.
  const subjects = when.flatMap(({ subject }) => pathsIn(expressionOfKey(subject)));
  return [...subjects, ...pathsWithin(mappingOf(node))]
    .filter(({ root }) => root === 'steps')
    .map(({ segments: [id = '', name = ''] }) => `${id} ${name}`);
}

function pathsWithin(value: Json): ReturnType<typeof pathsIn> {
  if (typeof value === 'string') return value.includes('{{') ? templatePaths(templateOf(value)) : [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(pathsWithin);
  return isObject(value) ? Object.entries(value).flatMap((member) => member.flatMap(pathsWithin)) : [];
}
