import { inOrder } from '../../src/text/index.ts';
import { everyDiagnosticOf } from '../support.ts';

/** A runbook without mistakes. */
export const runbook = `apiVersion: runbook/v1
name: reindex-logs
elasticsearch: 8.x
title: Reindex the logs
inputs:
  from: { type: string, default: logs-v1 }
connections:
  es: { kind: elasticsearch }
steps:
  - id: source
    title: The source has documents
    on: es
    call: GET /{{inputs.from}}/_count
    expect:
      status: 200
      body:
        count: { at_least: 1 }
    save: { count: count }
  - id: copy
    on: es
    call: POST /_reindex
    query: { wait_for_completion: false }
    body:
      source: { index: "{{inputs.from}}" }
      dest: { index: logs-v2 }
    save: { task: task }
    keep: The copy is what this is for.
  - id: copied
    on: es
    call: GET /_tasks/{{steps.copy.task}}
    until: { completed: true }
    every: 5s
    timeout: 1h
`;

/** A mistake that people make in it, and what a reviewer would say. */
export interface Mistake {
  readonly what: string;
  /** A part of the runbook, and what is written instead of it. */
  readonly instead: string;
  readonly write: string;
  readonly says: readonly string[];
}

/** Returns what is said of a text: place, message and code, and what to do. */
export function said(text: string): string[] {
  return inOrder(everyDiagnosticOf(text)).map(({ range, severity, message, code, help }) => {
    const place = range ? `${range.start.line}:${range.start.column}` : 'the file';
    return `${place} ${severity}: ${message} [${code}]${help === undefined ? '' : ` → ${help}`}`;
  });
}

export const mistakes: readonly Mistake[] = [
  {
    what: 'a misspelt call',
    instead: 'call: GET /{{',
    write: 'cal: GET /{{',
    says: ['13:5 error: unknown key "cal" in a step — did you mean "call"? [unknown-key]'],
  },
  {
    what: 'a call under another name',
    instead: 'call: POST /_reindex',
    write: 'task: POST /_reindex',
    says: [
      '21:5 error: unknown key "task" in a step — did you mean "call"? [unknown-key] → Write call: METHOD /path, as in call: GET /_count.',
    ],
  },
  {
    what: 'the method as the key',
    instead: 'call: POST /_reindex',
    write: 'POST: /_reindex',
    says: [
      '21:5 error: unknown key "POST" in a step — did you mean "call"? [unknown-key] → Write call: METHOD /path, as in call: GET /_count.',
    ],
  },
  {
    what: 'method and path apart',
    instead: 'call: POST /_reindex',
    write: 'method: POST\n    path: /_reindex',
    says: [
      '21:5 error: unknown key "method" in a step — did you mean "call"? [unknown-key] → Write call: METHOD /path, as in call: GET /_count.',
    ],
  },
  {
    what: 'a step without a call',
    instead: '    call: POST /_reindex\n',
    write: '',
    says: ['19:5 error: this step does nothing; a step has one of call, oss, note, use or steps [step-kind]'],
  },
  {
    what: 'a call and a note in one step',
    instead: '    call: POST /_reindex\n',
    write: '    call: POST /_reindex\n    note: Copies the logs.\n',
    says: [
      '22:5 error: this step has call and note; a step has one of call, oss, note, use or steps [step-kind] → Make it two steps.',
    ],
  },
  {
    what: 'a tab in the indentation',
    instead: '    title: The',
    write: '\ttitle: The',
    says: ['11:1 error: a tab in the indentation; YAML is indented with spaces [yaml]'],
  },
  {
    what: 'a title that is outdented',
    instead: '    title: The',
    write: '  title: The',
    says: [
      '11:3 error: this line is indented by 2 spaces, which is no level of the lines above it [yaml] → Indent it as its neighbors are: the line above it begins after 4 spaces.',
    ],
  },
  {
    what: 'a line that is outdented by one',
    instead: '    on: es\n    call: GET /{{',
    write: '   on: es\n    call: GET /{{',
    says: [
      '12:4 error: this line is indented by 3 spaces, which is no level of the lines above it [yaml] → Indent it as its neighbors are: the line above it begins after 4 spaces.',
    ],
  },
  {
    what: 'an unclosed quote',
    instead: 'title: Reindex the logs',
    write: 'title: "Reindex the logs',
    says: ['4:8 error: this quote is not closed [yaml] → Close it: "'],
  },
  {
    what: 'an unclosed quote in braces',
    instead: '"{{inputs.from}}" }',
    write: '"{{inputs.from}} }',
    says: ['24:24 error: this quote is not closed [yaml] → Close it: "'],
  },
  {
    what: 'a brace too many',
    instead: 'dest: { index: logs-v2 }',
    write: 'dest: { index: logs-v2 }}',
    says: ['25:31 error: this } closes nothing [yaml]'],
  },
  {
    what: 'an unclosed brace',
    instead: 'dest: { index: logs-v2 }',
    write: 'dest: { index: logs-v2',
    says: ['25:13 error: this bracket is not closed [yaml] → Close it: }'],
  },
  {
    what: 'no colon after a key',
    instead: 'on: es\n    call: POST',
    write: 'on es\n    call: POST',
    says: ['20:5 error: a colon is missing after "on" [yaml] → Write on: es'],
  },
  {
    what: 'no space after a colon',
    instead: 'on: es\n    call: POST',
    write: 'on:es\n    call: POST',
    says: ['20:5 error: a space is missing after the colon [yaml] → Write on: es'],
  },
  {
    what: 'no space after a dash',
    instead: '  - id: copy\n',
    write: '  -id: copy\n',
    says: ['19:3 error: a space is missing after the dash [yaml] → Write - id: copy'],
  },
  {
    what: 'a colon in a title',
    instead: 'title: The source has documents',
    write: 'title: Source: it has documents',
    says: [
      '11:12 error: a string with a colon and a space in it stands in quotes [yaml] → Write "Source: it has documents"',
    ],
  },
  {
    what: 'a range of versions without quotes',
    instead: '8.x',
    write: '>=8.5 <10',
    says: ['3:16 error: a string that begins with > or | is put in quotes [yaml] → Write ">=8.5 <10"'],
  },
  {
    what: 'a key that stands twice',
    instead: '    on: es\n    call: POST',
    write: '    on: es\n    on: es\n    call: POST',
    says: ['21:5 error: duplicate key in this mapping; the second would silently replace the first [duplicate-key]'],
  },
  {
    what: 'conditions that are not indented under body',
    instead: '      body:\n        count',
    write: '      body:\n      count',
    says: ['16:7 error: "body" has no value [wrong-type] → Indent "count" so that it stands under "body".'],
  },
  {
    what: 'a misspelt key at the top',
    instead: 'title: Reindex',
    write: 'titel: Reindex',
    says: ['4:1 error: unknown key "titel" in a runbook — did you mean "title"? [unknown-key]'],
  },
  {
    what: 'a misspelt list of steps',
    instead: 'steps:\n',
    write: 'step:\n',
    says: ['9:1 error: unknown key "step" in a runbook — did you mean "steps"? [unknown-key]'],
  },
  {
    what: 'tasks instead of steps',
    instead: 'steps:\n',
    write: 'tasks:\n',
    says: ['9:1 error: unknown key "tasks" in a runbook — did you mean "steps"? [unknown-key]'],
  },
  {
    what: 'misspelt connections',
    instead: 'connections:',
    write: 'conections:',
    says: ['7:1 error: unknown key "conections" in a runbook — did you mean "connections"? [unknown-key]'],
  },
  {
    what: 'an alias that has no anchor',
    instead: 'completed: true',
    write: 'completed: *done',
    says: [
      '31:25 error: no anchor &done before this alias [aliases] → An alias repeats the value of an anchor above it. A string that begins with * is put in quotes: "*done".',
    ],
  },
  {
    what: 'an id that stands twice',
    instead: 'id: copied',
    write: 'id: copy',
    says: ['28:9 error: duplicate id "copy"; the first is in line 19 [duplicate-id]'],
  },
  {
    what: 'a matcher of another tool: gte',
    instead: 'at_least',
    write: 'gte',
    says: ['17:18 error: unknown key "gte" in a matcher — did you mean "at_least"? [unknown-key]'],
  },
  {
    what: 'a matcher of another tool: eq',
    instead: 'at_least',
    write: 'eq',
    says: ['17:18 error: unknown key "eq" in a matcher — did you mean "equals"? [unknown-key]'],
  },
  {
    what: 'a matcher of another tool: equal',
    instead: 'at_least',
    write: 'equal',
    says: ['17:18 error: unknown key "equal" in a matcher — did you mean "equals"? [unknown-key]'],
  },
  {
    what: 'a matcher of another tool: greaterThan',
    instead: 'at_least',
    write: 'greaterThan',
    says: ['17:18 error: unknown key "greaterThan" in a matcher — did you mean "greater_than"? [unknown-key]'],
  },
  {
    what: 'a matcher of another tool: atLeast',
    instead: 'at_least',
    write: 'atLeast',
    says: ['17:18 error: unknown key "atLeast" in a matcher — did you mean "at_least"? [unknown-key]'],
  },
  {
    what: 'a matcher of another tool: min',
    instead: 'at_least',
    write: 'min',
    says: ['17:18 error: unknown key "min" in a matcher — did you mean "at_least"? [unknown-key]'],
  },
  {
    what: 'a day',
    instead: '1h',
    write: '1d',
    says: [
      '33:14 error: "timeout" is "1d"; expected a number with a unit: 500ms, 2s, 30m, 1h [wrong-form] → Write 24h',
    ],
  },
  {
    what: 'minutes as a word',
    instead: '1h',
    write: '5 minutes',
    says: [
      '33:14 error: "timeout" is "5 minutes"; expected a number with a unit: 500ms, 2s, 30m, 1h [wrong-form] → Write 5m',
    ],
  },
  {
    what: 'sec',
    instead: 'every: 5s',
    write: 'every: 5sec',
    says: ['32:12 error: "every" is "5sec"; expected a number with a unit: 500ms, 2s, 30m, 1h [wrong-form] → Write 5s'],
  },
  {
    what: 'a fraction of an hour',
    instead: '1h',
    write: '1.5h',
    says: [
      '33:14 error: "timeout" is "1.5h"; expected a number with a unit: 500ms, 2s, 30m, 1h [wrong-form] → Write 90m',
    ],
  },
  {
    what: 'a number without a unit',
    instead: 'every: 5s',
    write: 'every: 5',
    says: ['32:12 error: "every" must be a string, found 5 [wrong-type] → Write the unit: 5s, 5m or 5h'],
  },
  {
    what: 'seconds without a unit',
    instead: 'timeout: 1h',
    write: 'timeout: 3600',
    says: ['33:14 error: "timeout" must be a string, found 3600 [wrong-type] → Write the unit: 3600s, 3600m or 3600h'],
  },
  {
    what: 'a status in quotes',
    instead: 'status: 200',
    write: 'status: "200"',
    says: ['15:15 error: "status" is "200", a string; a status code is a number [unknown-value] → Write 200'],
  },
  {
    what: 'a status with its reason',
    instead: 'status: 200',
    write: 'status: 200 OK',
    says: ['15:15 error: "status" is "200 OK", a string; a status code is a number [unknown-value] → Write 200'],
  },
  {
    what: 'a boolean in quotes',
    instead: 'completed: true',
    write: 'completed: "true"',
    says: [
      '31:25 error: "true" is a string, and what it is compared with is a boolean: they are never equal [quoted-value] → Write true without quotes',
    ],
  },
  {
    what: 'a number in quotes',
    instead: '{ at_least: 1 }',
    write: '"1"',
    says: [
      '17:16 error: "1" is a string, and what it is compared with is a number: they are never equal [quoted-value] → Write 1 without quotes',
    ],
  },
  {
    what: 'status_code',
    instead: 'status: 200',
    write: 'status_code: 200',
    says: ['15:7 error: unknown key "status_code" in an expect — did you mean "status"? [unknown-key]'],
  },
  {
    what: 'a template without quotes',
    instead: 'index: logs-v2 }',
    write: 'index: {{inputs.from}} }',
    says: [
      '25:22 error: a value that begins with a template stands in quotes; without them {{ begins a mapping [yaml] → Write "{{inputs.from}}"',
    ],
  },
  {
    what: 'a template without quotes as the value',
    instead: 'dest: { index: logs-v2 }',
    write: 'dest: {{inputs.from}}',
    says: [
      '25:13 error: a value that begins with a template stands in quotes; without them {{ begins a mapping [yaml] → Write "{{inputs.from}}"',
    ],
  },
  {
    what: 'braces that are split',
    instead: '{{inputs.from}}/_count',
    write: '{ {inputs.from} }/_count',
    says: [
      '13:16 error: { {inputs.from} } is sent as it is written: it is not a template [template-braces] → Write {{inputs.from}}',
    ],
  },
  {
    what: 'single braces',
    instead: '{{inputs.from}}/_count',
    write: '{inputs.from}/_count',
    says: [
      '13:16 error: {inputs.from} is sent as it is written: it is not a template [template-braces] → Write {{inputs.from}}',
    ],
  },
  {
    what: 'a dollar',
    instead: '{{inputs.from}}/_count',
    write: '${inputs.from}/_count',
    says: [
      '13:16 error: ${inputs.from} is sent as it is written: it is not a template [template-braces] → Write {{inputs.from}}',
    ],
  },
  {
    what: 'an expression of GitHub Actions',
    instead: '{{inputs.from}}/_count',
    write: '${{ inputs.from }}/_count',
    says: [
      '13:16 error: ${{ inputs.from }} is sent as it is written: it is not a template [template-braces] → Write {{inputs.from}}',
    ],
  },
  {
    what: 'no braces in a path',
    instead: '{{inputs.from}}/_count',
    write: 'inputs.from/_count',
    says: [
      '13:16 error: inputs.from is sent as it is written: it is not a template [template-braces] → Write {{inputs.from}}',
    ],
  },
  {
    what: 'single braces in a body',
    instead: 'index: logs-v2',
    write: 'index: "{inputs.from}"',
    says: [
      '25:23 warning: {inputs.from} is sent as it is written: it is not a template [template-braces] → Write {{inputs.from}}',
    ],
  },
  {
    what: 'an input without inputs',
    instead: '{{inputs.from}}/',
    write: '{{from}}/',
    says: ['13:16 error: unknown name "from" — did you mean "inputs.from"? [template-unknown-name]'],
  },
  {
    what: 'input',
    instead: '{{inputs.from}}/',
    write: '{{input.from}}/',
    says: ['13:16 error: unknown name "input.from" — did you mean "inputs.from"? [template-unknown-name]'],
  },
  {
    what: 'a saved value without steps',
    instead: '{{steps.copy.task}}',
    write: '{{copy.task}}',
    says: ['30:23 error: unknown name "copy.task" — did you mean "steps.copy.task"? [template-unknown-name]'],
  },
  {
    what: 'a step without the name of a value',
    instead: '{{steps.copy.task}}',
    write: '{{steps.copy}}',
    says: [
      '30:25 error: steps has no value of its own; name a saved one: steps.ID.NAME — did you mean "steps.copy.task"? [template-unknown-name]',
    ],
  },
  {
    what: 'a misspelt input',
    instead: '{{inputs.from}}/',
    write: '{{inputs.form}}/',
    says: ['13:18 error: unknown input "form" — did you mean "from"? [unknown-input]'],
  },
  {
    what: 'a filter of Jinja',
    instead: '{{steps.copy.task}}',
    write: '{{ steps.copy.task | trim }}',
    says: [
      '30:23 error: {{ steps.copy.task | trim }} is not an expression; a helper stands before its value: {{helper value}} [template-syntax]',
    ],
  },
  {
    what: 'a step that comes later',
    instead: '{{inputs.from}}/_count',
    write: '{{steps.copy.task}}/_count',
    says: [
      '13:18 error: steps.copy.task may not exist yet here: step "copy" comes later, or belongs to a block that may have failed before it [used-before-saved]',
    ],
  },
  {
    what: 'a hyphen in JMESPath',
    instead: 'count: { at',
    write: 'logs-v1.count: { at',
    says: [
      '17:9 error: "logs-v1.count": in JMESPath a name with a hyphen stands in quotes, for - subtracts [jmespath] → Write \'"logs-v1".count\'',
    ],
  },
  {
    what: 'a path of jq',
    instead: '{ task: task }',
    write: '{ task: .task }',
    says: [
      '26:19 error: ".task" is not valid JMESPath: Syntax error: invalid token (Dot): "." [jmespath] → Write task: JMESPath begins without a dot',
    ],
  },
  {
    what: '7.10',
    instead: '8.x',
    write: '7.10',
    says: ['3:16 error: "elasticsearch" must be a string, found 7.10 [wrong-type] → Write 7.10.x'],
  },
  {
    what: 'a whole number as the range',
    instead: '8.x',
    write: '8',
    says: ['3:16 error: "elasticsearch" must be a string, found 8 [wrong-type] → Write 8.x'],
  },
  {
    what: 'a comma in a range',
    instead: '8.x',
    write: '">=8.5, <10"',
    says: [
      '3:16 error: "elasticsearch" is ">=8.5, <10"; expected a range of versions, its parts joined by a space: ">=8.5 <10" [version-range]',
    ],
  },
  {
    what: 'an input that nothing reads',
    instead: '  from: { type: string, default: logs-v1 }',
    write: '  from: { type: string, default: logs-v1 }\n  to: { type: string, default: logs-v2 }',
    says: [
      '7:3 warning: nothing reads this input [unused-input] → Read it where it is meant, {{inputs.NAME}}, or remove it. Why: runbook explain unused-input. To silence it, add a comment above the step: # runbook-ignore unused-input: REASON',
    ],
  },
  {
    what: 'register',
    instead: 'save: { count: count }',
    write: 'register: count',
    says: ['18:5 error: unknown key "register" in a call step — did you mean "save"? [unknown-key]'],
  },
  {
    what: 'name',
    instead: '    title: The',
    write: '    name: The',
    says: ['11:5 error: unknown key "name" in a call step — did you mean "title"? [unknown-key]'],
  },
  {
    what: 'if',
    instead: '    every: 5s',
    write: '    if: steps.source.count > 0\n    every: 5s',
    says: ['32:5 error: unknown key "if" in a call step — did you mean "when"? [unknown-key]'],
  },
  {
    what: 'when as a text',
    instead: '    every: 5s',
    write: '    when: steps.source.count > 0\n    every: 5s',
    says: [
      '32:11 error: "when" must be a mapping, found "steps.source.count > 0" [wrong-type] → Write expressions, and what each has to be: when: { inputs.mode: full }',
    ],
  },
  {
    what: 'until as a text',
    instead: 'until: { completed: true }',
    write: 'until: completed',
    says: [
      '31:12 error: "until" must be a mapping, found "completed" [wrong-type] → Write JMESPath over the response, and what each has to be: until: { completed: true }',
    ],
  },
  {
    what: 'retries',
    instead: '    keep:',
    write: '    retries: 3\n    keep:',
    says: ['27:5 error: unknown key "retries" in a call step — did you mean "retry"? [unknown-key]'],
  },
  {
    what: 'a method in lower case',
    instead: 'POST /_reindex',
    write: 'post /_reindex',
    says: [
      '21:11 error: "call" is "post /_reindex"; expected METHOD and a path: GET /_cat/indices [wrong-form] → Write POST /_reindex',
    ],
  },
  {
    what: 'a path without its slash',
    instead: 'POST /_reindex',
    write: 'POST _reindex',
    says: [
      '21:11 error: "call" is "POST _reindex"; expected METHOD and a path: GET /_cat/indices [wrong-form] → Write POST /_reindex',
    ],
  },
  {
    what: 'a whole address',
    instead: 'POST /_reindex',
    write: 'POST http://localhost:9200/_reindex',
    says: [
      '21:11 error: "call" is "POST http://localhost:9200/_reindex"; expected METHOD and a path: GET /_cat/indices [wrong-form] → Write POST /_reindex',
    ],
  },
  {
    what: 'str',
    instead: 'type: string',
    write: 'type: str',
    says: [
      '6:17 error: "type" is "str"; expected one of string, integer, number, boolean, list, connection, object — did you mean "string"? [unknown-value]',
    ],
  },
  {
    what: 'array',
    instead: 'type: string',
    write: 'type: array',
    says: [
      '6:17 error: "type" is "array"; expected one of string, integer, number, boolean, list, connection, object — did you mean "list"? [unknown-value]',
    ],
  },
  {
    what: 'connections as a list',
    instead: 'connections:\n  es: { kind: elasticsearch }',
    write: 'connections:\n  - es',
    says: [
      '8:3 error: "connections" must be a mapping, found ["es"] [wrong-type] → Write a name for each: connections: { es: { kind: elasticsearch } }',
    ],
  },
  {
    what: 'a connection as a text',
    instead: 'es: { kind: elasticsearch }',
    write: 'es: elasticsearch',
    says: ['8:7 error: "es" must be a mapping, found "elasticsearch" [wrong-type] → Write { kind: elasticsearch }'],
  },
  {
    what: 'a misspelt connection',
    instead: 'on: es\n    call: POST',
    write: 'on: ess\n    call: POST',
    says: ['20:9 error: unknown connection "ess" — did you mean "es"? [unknown-connection]'],
  },
  {
    what: 'conditions right under expect',
    instead: '      body:\n        count: { at_least: 1 }',
    write: '      count: { at_least: 1 }',
    says: [
      '16:7 error: unknown key "count" in an expect [unknown-key] → What the body of the response has to be stands under body. Allowed keys: status, headers, body, message.',
    ],
  },
  {
    what: 'a misspelt expect',
    instead: '    expect:',
    write: '    expects:',
    says: ['14:5 error: unknown key "expects" in a call step — did you mean "expect"? [unknown-key]'],
  },
  {
    what: 'a misspelt parameter',
    instead: 'wait_for_completion',
    write: 'wait_for_compeltion',
    says: [
      '22:14 error: POST /_reindex has no parameter "wait_for_compeltion" in any version of Elasticsearch — did you mean "wait_for_completion"? [unknown-parameter] → Where it is an API of a plug-in, say so: unchecked: REASON.',
    ],
  },
  {
    what: 'a misspelt path',
    instead: '/_reindex',
    write: '/_reidnex',
    says: [
      '21:11 error: no version of Elasticsearch has POST /_reidnex — did you mean "/_reindex"? [unknown-api] → Where it is an API of a plug-in, say so: unchecked: REASON.',
    ],
  },
  {
    what: 'no title',
    instead: 'title: Reindex the logs\n',
    write: '',
    says: ['1:1 error: "title" is missing in a runbook [missing-key]'],
  },
];
