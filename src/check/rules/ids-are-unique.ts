import { type Path, stepsIn } from '../../language/index.ts';
import { problemAt, type Rule } from '../rule.ts';

/** Every step has an id, and no two of a file have the same: records, resume and references name steps by it. */
export const idsAreUnique: Rule = (file) => {
  const first = new Map<string, Path>();
  return stepsIn(file).flatMap(({ step, path, place }) => {
    if (step.id === undefined) {
      return place === 'rollback' || place === 'evidence' || !file.gaps.lacks([...path, 'id'])
        ? []
        : [
            problemAt(
              file,
              path,
              'missing-id',
              'this step has no id',
              'Give it a short name: records and other steps refer to it.',
            ),
          ];
    }
    const earlier = first.get(step.id);
    if (earlier !== undefined) {
      const range = file.source.rangeOf(earlier);
      const message = `duplicate id "${step.id}"; the first is in line ${range.start.line}`;
      return [
        {
          ...problemAt(file, [...path, 'id'], 'duplicate-id', message),
          related: [{ range, message: 'the first step with this id' }],
        },
      ];
    }
    first.set(step.id, [...path, 'id']);
    return [];
  });
};
