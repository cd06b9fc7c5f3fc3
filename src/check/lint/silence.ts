import { type Diagnostic, didYouMean } from '../../text/index.ts';
import type { CheckedFile } from '../rule.ts';
import { lints } from './index.ts';
import type { Finding, Lint } from './lint.ts';

/** `# runbook-ignore CODE: reason`. */
interface Silence {
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

/** Returns what the lints find in a file and no comment silences; and what is wrong with the comments themselves. */
export function lintDiagnostics(file: CheckedFile): Diagnostic[] {
  const silences = silencesIn(file.source.text);
  const used = new Set<Silence>();
  const found = lints.flatMap((lint) =>
    lint.find(file).flatMap((finding): Diagnostic[] => {
      const silence = silences.find((one) => one.code === lint.code && linesFor(file, finding).has(one.line));
      if (!silence || silence.reason === '') return [diagnosticFor(lint, finding, file)];
      used.add(silence);
      return [];
    }),
  );
  return [...found, ...silences.filter((one) => !used.has(one)).flatMap((one) => problemWith(one, file))];
}

function diagnosticFor(lint: Lint, finding: Finding, { source }: CheckedFile): Diagnostic {
  return {
    code: lint.code,
    severity: 'warning',
    message: lint.title,
    file: source.file,
    range: finding.isKey ? source.keyRangeOf(finding.path) : source.rangeOf(finding.path),
    help: `${lint.fix} Why: runbook explain ${lint.code}. To silence it, add a comment above the step: # runbook-ignore ${lint.code}: REASON`,
    ...(finding.isSensitive ? { isSensitive: true } : {}),
  };
}

function silencesIn(text: string): Silence[] {
  return text.split('\n').flatMap((content, index) => {
    const [, code, reason = ''] = /#\s*runbook-ignore\s+([a-z0-9-]+)\s*:?\s*(.*)$/.exec(content) ?? [];
    return code === undefined ? [] : [{ line: index + 1, code, reason: reason.trim() }];
  });
}

/** The line of the finding and of its step, and the comment lines right above each. */
function linesFor({ source }: CheckedFile, { path, step }: Finding): ReadonlySet<number> {
  const lines = source.text.split('\n');
  const found = new Set<number>();
  for (const at of [path, ...(step ? [step] : [])]) {
    const { line } = source.rangeOf(at).start;
    found.add(line);
    for (let above = line - 1; /^\s*#/.test(lines[above - 1] ?? ''); above--) found.add(above);
  }
  return found;
}

function problemWith({ line, code, reason }: Silence, { source }: CheckedFile): Diagnostic[] {
  const codes: readonly string[] = lints.map((lint) => lint.code);
  const start = {
    line,
    column: 1,
    offset:
      source.text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0),
  };
  const message = !codes.includes(code)
    ? `no lint "${code}" to silence${didYouMean(code, codes)}`
    : reason === ''
      ? 'this silences nothing without a reason: # runbook-ignore CODE: REASON'
      : `"${code}" has nothing to say here: remove this comment`;
  return [
    {
      code: 'useless-ignore',
      severity: codes.includes(code) && reason !== '' ? 'warning' : 'error',
      message,
      file: source.file,
      range: { start, end: start },
    },
  ];
}
