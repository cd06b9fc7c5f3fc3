import { type Diagnostic, inert, type Range } from '../text/index.ts';
import { type AnnotationPath, annotation } from './annotation.ts';

/** Returns what is wrong with files as annotations for GitHub Actions, each at its line; of a file elsewhere, the text names it. */
export function githubDiagnostics(diagnostics: readonly Diagnostic[], pathOf: AnnotationPath): string {
  return diagnostics
    .map(({ severity, file, range, code, message, help }) => {
      const path = pathOf(file);
      const line = range ? { line: range.start.line, col: range.start.column } : {};
      const words = wordsOf(message, help);
      if (path !== undefined) return `${annotation(severity, { file: path, ...line, title: code }, words)}\n`;
      const at = range ? `${file}:${range.start.line}:${range.start.column}` : file;
      return `${annotation(severity, { title: code }, `${at}: ${words}`)}\n`;
    })
    .join('');
}

/** The same as SARIF 2.1.0, which code scanning and editors read; columns count UTF-16 code units. */
export function sarif(diagnostics: readonly Diagnostic[], version: string): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))];
  const results = diagnostics.map(({ code, severity, message, help, file, range, related }) => ({
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    // In brackets there would be a link.
    message: { text: wordsOf(message, help).replace(/[\\[\]]/g, '\\$&') },
    locations: [
      { physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...(range ? { region: regionOf(range) } : {}) } },
    ],
    ...(related
      ? {
          relatedLocations: related.map((one) => ({
            physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: regionOf(one.range) },
            message: { text: inert(one.message) },
          })),
        }
      : {}),
  }));
  const driver = {
    name: 'runbook',
    semanticVersion: version,
    rules: codes.map((id) => ({ id, shortDescription: { text: id.replaceAll('-', ' ') } })),
  };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function regionOf({ start, end }: Range) {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function wordsOf(message: string, help: string | undefined): string {
  return inert(help === undefined ? message : `${message} — ${help}`);
}

/** A path as a URI, relative where the path is. */
function uriOf(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
