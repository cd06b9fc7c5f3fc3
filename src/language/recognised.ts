import type { Diagnostic } from '../text/index.ts';

const begins = 'apiVersion: runbook/v1';
/** `apiVersion: runbook/…` at the beginning of a line or of a mapping in braces, in YAML as in JSON. */
const apiVersion = /^(?:\ufeff?|.{0,200}?[{,])[ \t]*(["']?)apiVersion\1[ \t]*:[ \t]*["']?runbook\//m;
/** What a runbook does not have. */
const environmentKey = /^(["']?)environment\1[ \t]*:/m;

/**
 * Returns what is wrong with a file that is not what it is loaded as, whatever else is in it; undefined where it is that. Of
 * another file, such as a key that was given as --env or a link to /etc/shadow, no message may repeat anything, neither the
 * parser's nor the schema's.
 */
export function unrecognisedAs(kind: 'runbook' | 'environment', file: string, text: string): Diagnostic | undefined {
  const problem = (message: string, help: string): Diagnostic => ({
    code: kind === 'runbook' ? 'not-a-runbook' : 'not-an-environment',
    severity: 'error',
    message,
    file,
    help,
  });
  const expected = kind === 'runbook' ? 'a runbook or a fragment' : 'an environment file';
  if (!apiVersion.test(text))
    return problem(
      `not recognised as ${expected}: no line begins with apiVersion: runbook/; the text is not repeated here`,
      `Write ${begins} at the top if it is one.`,
    );
  if (kind === 'runbook' && environmentKey.test(text))
    return problem(
      'an environment file, expected a runbook or a fragment; the text is not repeated here because it may hold a secret',
      'It is given with --env.',
    );
  return undefined;
}
