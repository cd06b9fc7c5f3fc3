import { stepsIn } from '../../language/index.ts';
import { problemAt, type Rule } from '../rule.ts';

/** A block is repeated until something holds, and never for ever. */
export const blocksRepeatUntil: Rule = (file) =>
  stepsIn(file).flatMap(({ step, path }) => {
    if (!('steps' in step)) return [];
    const lacks = (key: 'until' | 'max_iterations') => step[key] === undefined && file.gaps.lacks([...path, key]);
    if (step.until && lacks('max_iterations'))
      return [
        problemAt(
          file,
          [...path, 'until'],
          'until-without-max-iterations',
          'until of a block without max_iterations: nothing ends it where the conditions never pass',
          'Add max_iterations: how often the steps run at most.',
        ),
      ];
    return (['max_iterations', 'every'] as const).flatMap((key) =>
      step[key] !== undefined && lacks('until')
        ? [
            problemAt(
              file,
              [...path, key],
              key === 'every' ? 'every-without-until' : 'max-iterations-without-until',
              `${key} without until: the block runs once`,
            ),
          ]
        : [],
    );
  });
