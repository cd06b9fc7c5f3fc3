import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatsOf } from '../../src/report/index.ts';
import { ownRunbook, runbook, workingDirectory } from '../program.ts';
import { hostile } from '../report/bad-day.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u202a-\u202e]/;
const inYaml = JSON.stringify(`\u009b31m${hostile}`);

describe('a runbook full of escape sequences and markup', () => {
  const directory = workingDirectory();

  beforeAll(() => {
    ownRunbook(
      directory,
      'hostile-7.10.yaml',
      `apiVersion: runbook/v1
name: hostile
elasticsearch: 7.10.x
title: ${inYaml}
inputs: { a: { type: string, default: ${inYaml}, description: ${inYaml} } }
connections: { es: { kind: elasticsearch, description: ${inYaml} } }
steps:
  - { id: a, title: ${inYaml}, on: es, call: PUT /a, body: { ${inYaml}: '{{inputs.a}}' }, confirm: ${inYaml} }
`,
    );
    writeFileSync(
      join(directory, 'env.yaml'),
      `apiVersion: runbook/v1\nenvironment: lab\nconnections: { es: { url: 'http://127.0.0.1:1' } }\ninputs: { a: ${inYaml} }\n`,
    );
    writeFileSync(join(directory, 'none.yaml'), 'apiVersion: runbook/v1\nenvironment: lab\nconnections: {}\n');
    writeFileSync(join(directory, 'plan.json'), `{"format":"runbook-plan/v1","\u001b[2J":${inYaml}}`);
    writeFileSync(join(directory, 'broken.json'), '\u001b[2J\u009b31m');
  });

  it.each<[string, string[]]>([
    ['list', ['list']],
    ['validate', ['validate', 'hostile-7.10', '--env', 'env.yaml']],
    ['validate', ['validate', 'hostile-7.10', '--format', 'github']],
    ['an environment without its connection', ['plan', 'hostile-7.10', '--env', 'none.yaml']],
    ['a question', ['exec', 'hostile-7.10', '--env', 'env.yaml']],
    ['a wrong --set', ['plan', 'hostile-7.10', '--env', 'env.yaml', '--set', `${hostile.replaceAll('\u0000', '')}=1`]],
    ['a plan with other keys', ['exec', '--plan', 'plan.json', '--env', 'env.yaml']],
    ['a plan that is none', ['report', 'broken.json']],
    ['a run that there is not', ['show', '\u001b[2J']],
    ...formatsOf('plan')
      // JSON and YAML are for programs: they are inert on a terminal only.
      .filter((format) => format !== 'json' && format !== 'yaml')
      .map((format): [string, string[]] => [
        `the plan as ${format}`,
        ['plan', 'hostile-7.10', '--env', 'env.yaml', '--format', format],
      ]),
  ])('says nothing to the terminal: %s', async (_what, args) => {
    const { stdout, stderr } = await runbook(directory, args);

    expect(stdout + stderr).not.toBe('');
    expect(
      control
        .exec(stdout + stderr)?.[0]
        ?.charCodeAt(0)
        .toString(16),
    ).toBeUndefined();
  });
});
