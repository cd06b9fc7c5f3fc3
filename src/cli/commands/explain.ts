import { lints } from '../../check/index.ts';
import { Problem } from '../../host/problem.ts';
import { didYouMean } from '../../text/index.ts';
import { table } from '../table.ts';

/** `runbook explain CODE`: why something is advised against, with an example; without a code, the list of them. A call is described. */
export async function explain(code: string | undefined): Promise<void> {
  if (code === undefined) {
    process.stdout.write(table([['CODE', 'WHAT IT FINDS'], ...lints.map((lint) => [lint.code, lint.title])]));
    return;
  }
  const [, method, path] = /^([A-Z]+) +(\/.*)$/.exec(code) ?? [];
  if (method !== undefined && path !== undefined) return (await import('./explain-call.ts')).explainCall(method, path);
  const lint = lints.find((one) => one.code === code);
  if (!lint) {
    const codes = lints.map((one) => one.code);
    throw new Problem(
      `no lint "${code}"${didYouMean(code, codes)}; runbook explain lists them. Other messages of validate need no explanation.`,
      'arguments',
    );
  }
  const { wrong, right } = lint.example;
  const indented = (text: string) => text.replace(/^/gm, '    ');
  process.stdout.write(
    `${code}: ${lint.title}\n\n${lint.reason}\n\n${lint.fix}\n\nInstead of\n\n${indented(wrong)}\n\nwrite\n\n${indented(right)}\n\nTo silence it, add a comment above the step: # runbook-ignore ${code}: REASON\n`,
  );
}
