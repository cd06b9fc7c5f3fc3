import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { createValidator } from '../../src/language/validator.ts';
import { type FormatName, formats, type Subject, sarif } from '../../src/report/index.ts';
import { planOf } from '../support.ts';
import { badDaySubject, hostileSubject, planSubject, runSubject } from './bad-day.ts';

const schemaOf = (name: string) => JSON.parse(readFileSync(`schemas/${name}.v1.schema.json`, 'utf8')) as object;
const shown = (format: FormatName, subject: Subject) => formats[format].render(subject);

describe('the formats of plans and runs', () => {
  it.each(['markdown', 'console', 'curl'] as const)('show a plan as %s', async (format) => {
    const { plan } = await badDaySubject();
    await expect(shown(format, planSubject(plan))).toMatchFileSnapshot(`../golden/plan.${format}`);
  });

  it.each(['markdown', 'junit', 'github'] as const)('show a run as %s', async (format) => {
    await expect(shown(format, await badDaySubject())).toMatchFileSnapshot(`../golden/run.${format}`);
  });

  it('say of a run that has not ended how to go on, and of one that was resumed when', async () => {
    const { run, ...rest } = await badDaySubject();
    const events = run?.events.slice(0, 12) ?? [];
    const at = '2026-01-01T01:00:00.000Z';
    const resumed: Event = { at, type: 'run-resumed', operator: 'dana@laptop', as: 'resume', version: '0.1.0' };
    const subject = runSubject(rest.plan, { events: [...events, resumed] });

    for (const format of ['markdown', 'html', 'junit', 'github'] as const)
      expect(shown(format, subject)).toContain('runbook resume run-1 continues it');
    expect(shown('markdown', subject)).toContain(`- resumed at ${at}`);
  });

  it('are JSON by their schemas', async () => {
    const ajv = createValidator({ validateSchema: true, meta: true });
    const subject = await badDaySubject();
    for (const [name, value] of [
      ['plan', shown('json', planSubject(subject.plan))],
      ['report', shown('json', subject)],
    ] as const) {
      const validate = ajv.compile(schemaOf(name));
      validate(JSON.parse(value));
      expect(validate.errors ?? []).toEqual([]);
    }
    const validate = ajv.compile({ ...schemaOf('report'), $id: 'again' });
    expect(validate({ ...JSON.parse(shown('json', subject)), steps: [{ step: 'x' }] })).toBe(false);
  });

  it('repeat the steps of a block with until in the curl script, and not its always', () => {
    const plan = planOf(`  - id: block
    on: es
    until: { steps.a.x: 1 }
    max_iterations: 7
    steps: [{ id: a, call: GET /a, save: { x: x } }, { id: b, call: 'PUT /{{steps.a.x}}', keep: a test }]
    always: [{ id: c, call: POST /c }]
`);
    const script = shown('curl', planSubject(plan));
    expect(script).toMatch(/while :; do\nunset \w+\n[\s\S]*PUT[\s\S]*Another iteration\?' \|\| break\ndone\n/);
    expect(script.indexOf('POST', script.indexOf('|| break\ndone'))).toBeGreaterThan(0);
    expect(spawnSync('bash', ['-n'], { input: script }).status).toBe(0);
  });

  it('take no text for a number that only its digits tell: in the curl script it would leave its quotes', () => {
    const plan = planOf(`  - { id: a, on: es, call: PUT /a, keep: It is wanted., body: { n: HERE } }`);
    const odd = JSON.parse(JSON.stringify(plan).replace('"HERE"', '{"$exact":"1$(touch pwned)"}'));
    expect(shown('curl', planSubject(odd))).toContain('"1\\$(touch pwned)"');
  });

  it('send by hand what a connection sends: lists, bulks and files to import', () => {
    const plan = planOf(
      `apiVersion: runbook/v1
name: test
elasticsearch: 8.5.x
title: A test
connections: { es: { kind: elasticsearch }, kb: { kind: kibana } }
steps:
  - { id: a, on: es, call: GET /a, query: { fields: [x, 'y&z'] } }
  - { id: b, on: kb, call: GET /b, query: { fields: [x, 'y&z'] }, save: { objects: '[?type]' } }
  - { id: c, on: kb, call: POST /c/_import, ndjson: [{ id: 1 }, { id: 2 }], retry: { attempts: 1 } }
  - { id: d, on: kb, call: POST /d/_import, ndjson: '{{steps.b.objects}}', retry: { attempts: 1 } }
  - { id: e, on: kb, call: POST /api/saved_objects/_bulk_get, body: [{ id: 1 }], effect: read }
  - { id: f, on: es, call: POST /_bulk, ndjson: [{ index: {} }, { a: '{{steps.b.objects}}' }], retry: { attempts: 1 } }
  - { id: g, on: es, call: POST /_sql, headers: { Content-Type: text/x }, text: "one $1\\nRUNBOOK_BODY\\n{{steps.b.objects}}", effect: read }
`,
      {
        whole: true,
        environment: `apiVersion: runbook/v1\nenvironment: test\nconnections: { es: { url: 'http://127.0.0.1:1' }, kb: { kind: kibana, url: 'http://127.0.0.1:2' } }\n`,
      },
    );
    const script = shown('curl', planSubject(plan));
    const console = shown('console', planSubject(plan));

    expect(script).toContain('"http://127.0.0.1:1/a?fields=x,y%26z"');
    expect(script).toContain('"http://127.0.0.1:2/b?fields=x&fields=y%26z"');
    expect(script).toMatch(
      /\/c\/_import".* --form "file=@-;filename=objects.ndjson" <<RUNBOOK_BODY\n\{"id":1\}\n\{"id":2\}\nRUNBOOK_BODY/,
    );
    expect(script).toMatch(
      /fill steps_b_objects_file 'a file: as NDJSON: \[\?type\] in the response of step 2'\n.*"file=@\$\{steps_b_objects_file\};.*<\/dev\/null/,
    );
    expect(script).toMatch(/\/api\/saved_objects\/_bulk_get".*application\/json.*<<RUNBOOK_BODY\n\[\n/);
    expect(console).toContain('GET /a?fields=x%2Cy%26z\n');
    expect(console).toContain('GET kbn:/b?fields=x&fields=y%26z\n');
    // A list that is sent as JSON is shown as JSON, and not as lines.
    for (const format of ['text', 'markdown', 'html', 'console', 'curl'] as const)
      expect(shown(format, planSubject(plan)).replaceAll('&#34;', '"').replace(/\s+/g, ' ')).toContain(
        '[ { "id": 1 } ]',
      );
    expect(script).toMatch(
      /\/_bulk".*application\/x-ndjson.*<<RUNBOOK_BODY\n\{"index":\{\}\}\n\{"a":\$\{steps_b_objects_json\}\}\nRUNBOOK_BODY/,
    );
    expect(script).toMatch(
      /\/_sql" --header "Content-Type: text\/x" --data-binary @- < <\(printf %s "one \\\$1\nRUNBOOK_BODY\n\$\{steps_b_objects\}"\)/,
    );
    expect(console).toContain('{"index":{}}\n{"a":"${steps_b_objects}"}\n');
    expect(console).toContain('\none $1\nRUNBOOK_BODY\n${steps_b_objects}\n');
    expect(console).toMatch(/# {3}the Console cannot upload a file.*\n# \{"id":1\}/);
  });

  it('fit a comment on a pull request, however large the plan is', () => {
    const steps = Array.from(
      { length: 1_500 },
      (_, index) => `  - { id: s${index}, on: es, call: PUT /i${index}, body: { a: ${index} } }\n`,
    );
    const text = shown('markdown', planSubject(planOf(`\n${steps.join('')}`)));

    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('Shortened to fit into a comment');
  });
});

describe('hostile text of runbooks and servers', () => {
  let subject: Subject;

  beforeAll(async () => {
    subject = await hostileSubject();
  });

  it.each(['text', 'markdown', 'html', 'junit', 'github', 'console', 'curl'] as const)(
    'sends nothing to a terminal as %s',
    (format) => {
      const text = shown(format, subject);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      // Nor anything to the runner of a pipeline that has it in its log.
      if (format !== 'github') expect(text).not.toMatch(/^\s*::/m);
      expect(text).not.toMatch(/##[a-z.]*\[/);
    },
  );

  it('is no markup in HTML, in JUnit and in Markdown', () => {
    const outsideCode = shown('markdown', subject)
      .replace(/^(`{3,})[\s\S]*?^\1$/gm, '')
      .replace(/(`+)[^`][\s\S]*?\1/g, '');
    for (const text of [shown('html', subject), shown('junit', subject)])
      expect(text).not.toMatch(/<script>alert|<img|" onload=|\]\]>|-->/);
    expect(outsideCode).not.toMatch(/<script|<img|<\/style/);
    expect(outsideCode.replace(/&#\d+;/g, '·')).not.toMatch(/@all|\]\(javascript|<!--|#1|GH-2|!3|www\./);
  });

  it('begins no line of YAML, and is no link in SARIF', () => {
    expect(
      shown('yaml', planSubject(planOf(`  - { id: a, title: "x\\n::error::y\\nz", on: es, call: GET / }\n`))),
    ).not.toMatch(/^\s*::/m);
    const found = {
      code: 'yaml',
      severity: 'error',
      message: 'see [this](https://evil.example)\u200b',
      file: 'a.yaml',
    } as const;
    expect(JSON.parse(sarif([found], '1')).runs[0].results[0].message.text).toBe(
      'see \\[this\\](https://evil.example)\\\\u200b',
    );
  });

  it('is no second workflow command', () => {
    const lines = shown('github', subject).trimEnd().split('\n');

    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toMatch(/^::(error|warning|notice)[^:]*::/);
  });

  it('does not leave its quotes in the curl script as a method or a header', () => {
    const plan = planOf(`  - { id: a, on: es, call: GET /a, headers: { x-a: b } }\n`);
    const evil = '$(touch pwned)`touch pwned`\\";touch pwned;\'\n';
    const [step] = plan.steps;
    if (step?.kind !== 'request' || step.request.type !== 'http') throw new Error('it is a request');
    const request = { ...step.request, method: `GET ${evil}` as 'GET', headers: { [evil]: evil } };
    const script = shown('curl', { ...planSubject(plan), plan: { ...plan, steps: [{ ...step, request }] } });
    const said = execFileSync('bash', [], {
      stdio: ['pipe', 'pipe', 'ignore'],
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', ES_PASSWORD: 'pw', ES_RECOVERY_TOKEN: 'token' },
      input: script
        .replace(/^call\(\) \{[\s\S]*?^\}/m, 'call() { printf "CALL %s|" "$@"; }')
        .replace(/^ask\(\).*$/m, 'ask() { return 0; }')
        .replace('set -euo pipefail', 'set -eu; touch() { printf PWNED; }; cat() { :; }'),
    });
    expect(said).toContain('CALL GET $(touch pwned)');
    expect(said).not.toContain('PWNED');
  });

  it('runs nothing in the curl script', () => {
    const script = shown('curl', subject);
    // Functions in the place of what sends and asks: what remains is what the shell itself would do.
    const sent = execFileSync('bash', [], {
      stdio: ['pipe', 'pipe', 'ignore'],
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', ES_PASSWORD: 'pw', ES_RECOVERY_TOKEN: 'token' },
      input: script
        .replace(/^call\(\) \{[\s\S]*?^\}/m, 'call() { printf "CALL %s\\n" "$*"; cat; }')
        .replace(/^ask\(\).*$/m, 'ask() { return 0; }')
        .replace(/^fill\(\).*$/m, 'fill() { printf -v "$1" %s \'"value"\'; }'),
    });

    expect(sent).toContain('CALL credentials_es');
    expect(sent).not.toContain('pwned\n');
    expect(sent).toContain('$(touch pwned)');
    // The bodies are what the plan says.
    const [, body = ''] = /CALL \S+ \S+ PUT [^\n]*\/write[^\n]*\n([\s\S]*?\n\})/.exec(sent) ?? [];
    const planned = subject.plan.steps.find(({ id }) => id === 'write');
    expect(JSON.parse(body)).toEqual(
      planned?.kind === 'request' && planned.request.type === 'http' && planned.request.body,
    );
  });
});
