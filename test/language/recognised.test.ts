import { describe, expect, it } from 'vitest';
import { loadEnvironment, loadRunbookFile } from '../../src/language/index.ts';
import { printDiagnostic } from '../../src/text/index.ts';

const secret = 'hunter2secret';
const others = [
  `root:$6$${secret}:19000:0:99999:7:::\nnobody:*:19000:0:::`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}\n-----END OPENSSH PRIVATE KEY-----`,
  `apiVersion: v1\nkind: Secret\ndata: { ${secret}: ${secret} }`,
  `PATH=/bin\u0000TOKEN=${secret}`,
  `${secret}: [1, 2\n  - *${secret}`,
  `# apiVersion: runbook/v1\npassword: ${secret}`,
  `{"password":"${secret}"}`,
  '',
];

describe('a file that is something else', () => {
  it.each(others)(
    'is refused as a runbook and as an environment, and no message repeats anything of it: %j',
    (text) => {
      for (const { diagnostics, value } of [loadRunbookFile('x.yaml', text), loadEnvironment('x.yaml', text)]) {
        expect(value).toBeUndefined();
        expect(diagnostics.map(({ code }) => code)).toEqual([expect.stringMatching(/^not-an?-(runbook|environment)$/)]);
        expect(diagnostics.map((diagnostic) => printDiagnostic(diagnostic, text)).join()).not.toContain(secret);
      }
    },
  );

  it.each([
    ['an action file of Curator', 'actions:\n  1:\n    action: delete_indices\n    options: {}\n'],
    [
      'an Ansible playbook',
      '- hosts: all\n  tasks:\n    - name: Reindex\n      uri: { url: http://h:9200/_reindex }\n',
    ],
    ['a compose file', 'services:\n  es:\n    image: elasticsearch:8.5.3\n'],
    ['a GitHub Actions workflow', 'on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n'],
    ['a Kubernetes manifest', 'apiVersion: apps/v1\nkind: Deployment\n'],
    ["requests of Kibana's Console", 'GET _cat/indices\n\nPOST /_reindex\n{ }\n'],
    ['a script with curl', '#!/bin/sh\ncurl -XPOST localhost:9200/_reindex\n'],
  ])('has one message that says so: %s', (name, text) => {
    const { diagnostics } = loadRunbookFile('x.yaml', text);
    expect(diagnostics).toMatchObject([{ code: 'not-a-runbook', message: expect.stringContaining(`${name}, not`) }]);
  });

  it('is a runbook whose apiVersion is spelt otherwise', () => {
    const { diagnostics } = loadRunbookFile('x.yaml', 'apiversion: runbook/v1\nname: a\n');
    expect(diagnostics).toMatchObject([{ code: 'not-a-runbook', help: 'Write apiVersion: runbook/v1' }]);
  });

  it('is an environment that is given as a runbook: a password may be in it', () => {
    const text = `apiVersion: runbook/v1\nenvironment: lab\nconnections: { es: { password: ${secret} } }`;
    const { diagnostics } = loadRunbookFile('x.yaml', text);
    expect(diagnostics.map(({ code }) => code)).toEqual(['not-a-runbook']);
    expect(diagnostics.map((diagnostic) => printDiagnostic(diagnostic, text)).join()).not.toContain(secret);
  });
});

describe('a runbook with mistakes', () => {
  it.each([
    'apiVersion: runbook/v1\ntitle: [x',
    '\ufeffapiVersion: runbook/v1\r\ntitle: [x',
    '# a comment\n"apiVersion" : "runbook/v2"\ntitle: [x',
    '{ "name": "x", "apiVersion": "runbook/v1", title: [x',
  ])('is recognised all the same, and shown: %j', (text) => {
    const { diagnostics } = loadRunbookFile('x.yaml', text);
    expect(diagnostics.map(({ code }) => code)).not.toContain('not-a-runbook');
    expect(diagnostics.map((diagnostic) => printDiagnostic(diagnostic, text)).join()).toContain('title: [x');
  });
});
