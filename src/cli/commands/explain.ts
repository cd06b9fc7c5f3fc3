import { explanations, lints } from '../../check/index.ts';
import { Problem } from '../../host/problem.ts';
import { type AdviceCode, adviceCodes, didYouMean, type ProblemCode, problemCodes } from '../../text/index.ts';
import { table } from '../table.ts';

/** `runbook explain CODE`: why something is wrong or advised against, and what to do; without a code, the list of them. A call is described. */
export async function explain(code: string | undefined): Promise<void> {
  const [, method, path] = /^([A-Z]+) +(\/.*)$/.exec(code ?? '') ?? [];
  if (method !== undefined && path !== undefined) return (await import('./explain-call.ts')).explainCall(method, path);
  process.stdout.write(code === undefined ? list() : (explanationOf(code) ?? unknown(code)));
}

function list(): string {
  const problems = problemCodes.map((one) => [one, explanations[one].title]);
  return `${table([['ADVICE', 'WHAT IT FINDS'], ...lints.map((lint) => [lint.code, lint.title])])}\n${table([['PROBLEM', 'WHAT IT FINDS'], ...problems])}`;
}

function explanationOf(code: string): string | undefined {
  const lint = lints.find((one) => one.code === code);
  if (lint) {
    const { wrong, right } = lint.example;
    const indented = (text: string) => text.replace(/^/gm, '    ');
    return `${code}: ${lint.title}\n\n${lint.reason}\n\n${lint.fix}\n\nInstead of\n\n${indented(wrong)}\n\nwrite\n\n${indented(right)}\n\nTo silence it, add a comment above the step: # runbook-ignore ${code}: REASON\n`;
  }
  const problem = problemCodes.find((one) => one === code);
  return problem && `${code}: ${explanations[problem].title}\n\n${explanations[problem].text}\n`;
}

function unknown(code: string): never {
  const codes: readonly (AdviceCode | ProblemCode)[] = [...adviceCodes, ...problemCodes];
  throw new Problem(`no code "${code}"${didYouMean(code, codes)}; runbook explain lists them`, 'arguments');
}
