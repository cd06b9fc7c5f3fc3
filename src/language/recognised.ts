import type { Diagnostic } from '../text/index.ts';

const begins = 'apiVersion: runbook/v1';
/** `apiVersion: runbook/…` at the beginning of a line or of a mapping in braces, in YAML as in JSON. */
const apiVersion = /^(?:\ufeff?|.{0,200}?[{,])[ \t]*(["']?)apiVersion\1[ \t]*:[ \t]*["']?runbook\//m;
/** What a runbook does not have. */
const environmentKey = /^(["']?)environment\1[ \t]*:/m;

/** Files that people give instead, by what only they have. */
const otherTools: readonly (readonly [name: string, ...patterns: RegExp[]])[] = [
  ['an action file of Curator', /^actions:\s*$/m, /^[ \t]+action:\s*\S/m],
  ['an Ansible playbook', /^(?:- |[ \t]+)?hosts:[ \t]/m, /^[ \t]*(?:- )?(?:tasks|roles):\s*$/m],
  ['a compose file', /^services:\s*$/m, /^[ \t]+(?:image|build):/m],
  ['a GitHub Actions workflow', /^jobs:\s*$/m, /^[ \t]+runs-on:/m],
  ['a Kubernetes manifest', /^apiVersion:\s*\S/m, /^kind:\s*[A-Z]/m],
  ["requests of Kibana's Console", /^(?:GET|POST|PUT|DELETE|HEAD) \/?\w/m],
  ['a script with curl', /^[ \t]*curl\s/m],
];
/** The key in another spelling. */
const misspelt = /^(?:api_?version|api-version|version)[ \t]*:[ \t]*["']?runbook\//im;

/** Only the beginning is looked at. */
function otherTool(whole: string): string | undefined {
  const text = whole.slice(0, 20_000);
  return otherTools.find(([, ...patterns]) => patterns.every((pattern) => pattern.test(text)))?.[0];
}

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
  if (!apiVersion.test(text)) {
    const tool = otherTool(text);
    if (kind === 'runbook' && tool !== undefined)
      return problem(
        `${tool}, not a runbook; the text is not repeated here`,
        `A runbook begins with ${begins}, and each call to a server is a step of it: call: GET /_cat/indices. docs/language.md has a whole one.`,
      );
    if (kind === 'runbook' && misspelt.test(text))
      return problem('not recognised as a runbook or a fragment: the key is spelt apiVersion', `Write ${begins}`);
    return problem(
      `not recognised as ${expected}: no line begins with apiVersion: runbook/; the text is not repeated here`,
      `Write ${begins} at the top if it is one.`,
    );
  }
  if (kind === 'runbook' && environmentKey.test(text))
    return problem(
      'an environment file, expected a runbook or a fragment; the text is not repeated here because it may hold a secret',
      'It is given with --env.',
    );
  return undefined;
}
