import { kindNamed } from '../../kinds/index.ts';
import { type Path, partsOfCall, stepsIn } from '../../language/index.ts';
import { connectionOf, kindOfConnection, readsBeside } from '../templates.ts';
import type { Lint } from './lint.ts';

/** A name with date math is percent-encoded in a path (docs/how-servers-behave.md, I8). */
export const dateMathIsEncoded: Lint = {
  code: 'date-math-not-encoded',
  title: 'a name with date math in a path that is not percent-encoded',
  reason:
    'The server resolves <logs-{now/d}> only where it is percent-encoded. Otherwise the slash ends the name, and it is another call, or one that no server has.',
  fix: 'Encode it: < is %3C, > is %3E, { is %7B, } is %7D, / is %2F, + is %2B, : is %3A. A value that a template puts into a path is encoded for you.',
  example: {
    wrong: '- id: today\n  on: source\n  call: GET /<logs-{now/d}>/_count',
    right: '- id: today\n  on: source\n  call: GET /%3Clogs-%7Bnow%2Fd%7D%3E/_count',
  },
  find: (file) =>
    stepsIn(file).flatMap((visited) => {
      const { step, path } = visited;
      const on = connectionOf(visited, file);
      const reads = readsBeside(visited).map((one) => called(one.read.call, one.path, one.read.on ?? on));
      const calls = 'call' in step ? [called(step.call, path, on), ...reads] : reads;
      return calls
        .filter((one) => kindNamed(kindOfConnection(file, one.on)).pitfalls?.hasBareDateMath(one.target))
        .map((one) => ({ path: [...one.path, 'call'], step: path }));
    }),
};

function called(call: string, path: Path, on: string | undefined) {
  return { target: partsOfCall(call).path, path, on };
}
