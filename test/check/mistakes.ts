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
      '11:12 error: a string with a colon and a space in it stands in quotes [yaml] → Write "Source: it has documents".',
    ],
  },
  {
    what: 'a range of versions without quotes',
    instead: '8.x',
    write: '>=8.5 <10',
    says: ['3:16 error: a string that begins with > or | is put in quotes [yaml] → Write ">=8.5 <10".'],
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
];
