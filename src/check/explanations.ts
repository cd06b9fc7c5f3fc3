import type { ProblemCode } from '../text/index.ts';

/** What a code finds, and why that is wrong or what to do about it. */
export interface Explanation {
  readonly title: string;
  readonly text: string;
}

/** Of everything that is no advice: lints have their own. */
export const explanations: Readonly<Record<ProblemCode, Explanation>> = {
  'account-of-read': {
    title: 'keep or undone_by on a read',
    text: 'A read leaves nothing in the cluster, so there is nothing that could stay or be put right. Remove the key.',
  },
  'account-of-rollback': {
    title: 'keep or undone_by on a step of a rollback',
    text: 'A rollback is not rolled back itself. Remove the key.',
  },
  aliases: {
    title: 'an alias of YAML that cannot be used',
    text: 'An alias (*name) repeats the value of an anchor (&name) above it. It cannot contain itself, and values cannot be repeated without end. A string that begins with * is put in quotes.',
  },
  'api-of-other-versions': {
    title: 'a call that some versions of the range lack',
    text: 'The range under elasticsearch: has versions without this call. Narrow the range, or give the step a when: on the version.',
  },
  body: {
    title: 'a body in a form that the server does not read',
    text: 'Elasticsearch and Kibana read JSON: write a mapping, a list, or a template that gives one. A string is sent as it is only with a header that says what it is.',
  },
  'custom-tag': {
    title: 'a tag of YAML',
    text: 'Tags such as !secret are not part of the language. Secrets are references in the environment file.',
  },
  'cyclic-use': {
    title: 'a fragment that uses itself',
    text: 'A fragment is expanded while planning; one that uses itself, directly or through others, would never end.',
  },
  'default-of-wrong-type': {
    title: 'a default that its own input refuses',
    text: 'The default has to be of the type of the input, and within its pattern, not_pattern and enum.',
  },
  deprecated: {
    title: 'a call or a query parameter that is deprecated',
    text: 'The message says since which version, and what Elastic says. It still works in the versions of the range; a later one may not have it.',
  },
  'done-when-of-read': {
    title: 'done_when on a read',
    text: 'done_when tells whether the effect of a write is already in place. A read has no effect.',
  },
  'done-when-writes': {
    title: 'done_when that sends a write',
    text: 'It is asked before the step and in a dry run, so it has to be a read. A POST that only reads says effect: read.',
  },
  'duplicate-id': {
    title: 'two steps with one id',
    text: 'Records, resume, confirmations and templates name a step by its id, which is unique in its file.',
  },
  'duplicate-key': {
    title: 'a key that a mapping has twice',
    text: 'The second would silently replace the first. Remove one of them.',
  },
  effect: {
    title: 'effect: read where it says nothing',
    text: 'It is for a POST that only reads. A GET or HEAD reads anyway, other methods write.',
  },
  empty: {
    title: 'a value that must not be empty',
    text: 'Write the value, or leave the key out.',
  },
  'every-without-until': {
    title: 'every without until',
    text: 'every: says how often a poll is sent, and until: what it waits for. Without until: nothing is polled.',
  },
  'evidence-writes': {
    title: 'evidence that sends a write',
    text: 'Evidence is sent when the step has failed, before anything is undone, so it has to be a read. A POST that only reads says effect: read.',
  },
  'file-name': {
    title: 'a runbook in a file of another name',
    text: 'In ./runbooks a runbook is found by the name of its file: NAME-VERSION.yaml, with the lowest version of its range.',
  },
  'file-too-large': {
    title: 'a file that is too large',
    text: 'A runbook is written by people. Split it into fragments, and take lists from a read instead of the file.',
  },
  header: {
    title: 'a header that the program sets, or one that is given twice',
    text: 'Authentication, the length and the type of a body are set by the program. Letter case does not tell headers apart.',
  },
  input: {
    title: 'a value that an input refuses',
    text: 'The value has to be of the type of the input, and within its pattern, not_pattern and enum.',
  },
  jmespath: {
    title: 'an expression that is not JMESPath',
    text: 'The keys of expect.body and until, and the values of save, are JMESPath: snapshots[0].state. A name with a hyphen stands in quotes ("logs-v1".count), and nothing begins with a dot.',
  },
  'kept-and-undone': {
    title: 'a write that is kept and rolled back',
    text: 'keep: says that the write stays when the run fails. Leave one of the two out.',
  },
  key: {
    title: 'a key that is not a string',
    text: 'Every key of a mapping is a string. Put a number, true or null in quotes where it is one.',
  },
  'literal-secret': {
    title: 'a secret that is written down',
    text: 'Secrets are references: { env: NAME }, { file: path } or { command: [program, argument] }. Change the secret: whoever can read the file has it.',
  },
  'max-iterations-without-until': {
    title: 'max_iterations without until',
    text: 'max_iterations: says how often a block is repeated at most. Without until: it runs once.',
  },
  'merge-key': {
    title: 'a merge key of YAML',
    text: '<<: is not part of YAML 1.2. Write the keys out, or repeat a whole value with an anchor and an alias.',
  },
  'missing-connection': {
    title: 'a step without a connection',
    text: 'on: names the connection that a step is sent to. It stands in the step or in a block around it.',
  },
  'missing-id': {
    title: 'a step without an id',
    text: 'Records and other steps refer to a step by its id. Only steps of a rollback may leave it out.',
  },
  'missing-identity': {
    title: 'an identity that the environment does not have',
    text: 'The runbook uses one of several identities of a connection, and the environment file declares none of them.',
  },
  'missing-input': {
    title: 'an input without a value',
    text: 'An input without a default is required. Give it under inputs: in the environment file, with --set, or under with: of the step that uses the fragment.',
  },
  'missing-key': {
    title: 'a key that has to be there',
    text: 'Add the key that the message names.',
  },
  'missing-seal': {
    title: 'a rollback that has to remember a secret',
    text: 'What a rollback needs of secrets can be kept in the journal only if it is encrypted: journal: { seal: … } in the environment file.',
  },
  'nested-too-deep': {
    title: 'a file that is nested too deeply',
    text: 'No more than 100 levels are read. Nobody writes that by hand.',
  },
  'not-a-runbook': {
    title: 'a file that is not a runbook',
    text: 'A runbook or fragment has a line apiVersion: runbook/v1. Nothing of another file is repeated, for it may be a key or a list of passwords.',
  },
  'not-an-environment': {
    title: 'a file that is not an environment file',
    text: 'An environment file has a line apiVersion: runbook/v1. Nothing of another file is repeated, for it may be a key or a list of passwords.',
  },
  number: {
    title: 'a number that JSON does not have',
    text: 'Infinity and NaN cannot be sent. Put it in quotes where it is a string.',
  },
  'on-unknown-of-read': {
    title: 'on_unknown on a read',
    text: 'Nobody has to know whether a read took effect. Remove the key.',
  },
  'overlapping-range': {
    title: 'two runbooks for one version',
    text: 'Two runbooks of one name have a version of Elasticsearch in common, so that the name and the version mean both. Narrow one of the ranges, or rename one of the runbooks.',
  },
  'parallel-asks': {
    title: 'a question inside a loop with parallel',
    text: 'Several items run at once, and nobody answers for several at once. Ask once, with confirm: at the step with the for_each:. In the place of on_unknown: suspend a done_when: tells what became of a write.',
  },
  'parallel-without-loop': {
    title: 'parallel without for_each',
    text: 'parallel: says how many items of a for_each: may run at once. A step that runs once has none.',
  },
  path: {
    title: 'a path that is not only a path',
    text: 'Parameters stand under query:, where a reviewer sees them, and special characters are percent-encoded.',
  },
  'progress-without-call': {
    title: 'a request of progress without its call',
    text: 'Without call: the numbers are taken from the response of the poll, and on, as, query, headers, body and effect mean nothing.',
  },
  'progress-without-until': {
    title: 'progress without until',
    text: 'Progress belongs to a poll. Without until: nothing is polled.',
  },
  'progress-writes': {
    title: 'progress that sends a write',
    text: 'It is sent again and again beside the poll, so it has to be a read. A POST that only reads says effect: read.',
  },
  'quoted-value': {
    title: 'a string that is compared with a number or a boolean',
    text: '"true" is not true, and "200" is not 200: the condition could never be met. Leave the quotes out.',
  },
  'regular-expression': {
    title: 'a regular expression that RE2 does not know',
    text: 'Look-ahead, look-behind and back references are not part of RE2. What must not match has a key of its own: not_pattern, or the matcher not.',
  },
  'save-with-done-when': {
    title: 'save beside done_when',
    text: 'When the step is already in place it is not sent, and there is no response to save from. Save in a read of its own after it.',
  },
  schema: {
    title: 'a value that the JSON Schema refuses',
    text: 'The message says what it has to be; schemas/ has the whole schema.',
  },
  'secret-for-plain-input': {
    title: 'a secret for an input that is shown',
    text: 'Values of inputs stand in the plan. Declare the input with secret: true, or write the value itself.',
  },
  'secret-outside-body': {
    title: 'a secret where it would be seen',
    text: 'Paths, queries and titles stand in plans, logs and proxies. A secret is allowed in a body or a header only.',
  },
  set: {
    title: 'a --set that is not NAME=VALUE',
    text: 'Write --set name=value, once for each input.',
  },
  'step-kind': {
    title: 'a step that does nothing, or two things',
    text: 'A step has exactly one of call, oss, note, use and steps.',
  },
  template: {
    title: 'a template that cannot be computed',
    text: 'The values that are known while planning do not fit the template: the message says which.',
  },
  'template-arguments': {
    title: 'a helper that is called with other arguments',
    text: 'The message shows how it is called. docs/language.md lists the helpers.',
  },
  'template-braces': {
    title: 'what looks like a template, and is not one',
    text: 'A template has two braces on each side, and nothing else: {{inputs.index}}. ${x}, {x} and ${{ x }} are sent as they are written.',
  },
  'template-in-key': {
    title: 'a template in a key',
    text: 'Templates stand in values only, so that no value changes the shape of a document.',
  },
  'template-in-query': {
    title: 'a template in JMESPath',
    text: 'JMESPath is taken as it is written. Choose by what the body contains, and compare with a matcher, which may be a template.',
  },
  'template-syntax': {
    title: 'a template that cannot be parsed',
    text: 'A template computes one value: {{inputs.index}} or {{helper value}}. Blocks, filters and partials are not part of the language.',
  },
  'template-unknown-helper': {
    title: 'a helper that does not exist',
    text: 'docs/language.md lists the helpers.',
  },
  'template-unknown-name': {
    title: 'a name that does not exist',
    text: 'Names begin with inputs, steps, connections, run or item: {{inputs.index}}, {{steps.copy.task}}.',
  },
  'tls-without-https': {
    title: 'a certificate for a connection without TLS',
    text: 'ca and fingerprint verify the server over https:// only. Write https:// in the url, or leave them out.',
  },
  'too-many': {
    title: 'more than one of several keys',
    text: 'Exactly one of them is needed. Leave the others out.',
  },
  'undone-by': {
    title: 'undone_by that names no write of an always',
    text: 'undone_by: names a step of an always: around this one that sends a write.',
  },
  'unknown-api': {
    title: 'a call that no version of the range has',
    text: 'The path is compared with the calls of Elasticsearch that the range under elasticsearch: has. A call of a plug-in says unchecked: REASON.',
  },
  'unknown-body-key': {
    title: 'a key of a body that no version has',
    text: 'The body is compared with the specifications of Elasticsearch. Where a key is right all the same, the step says unchecked: REASON.',
  },
  'unknown-connection': {
    title: 'a connection that does not exist',
    text: 'on: names one of the connections of the runbook, and the environment file says where each is.',
  },
  'unknown-fragment': {
    title: 'a fragment that does not exist',
    text: 'The path under use: is relative to the file that uses it, without "..", and names a fragment, not a runbook.',
  },
  'unknown-input': {
    title: 'an input that does not exist',
    text: 'Inputs are declared under inputs: of the runbook or fragment.',
  },
  'unknown-key': {
    title: 'a key that does not exist',
    text: 'Every mapping of the language has its own keys; whatever else is written has no effect, and is refused for that.',
  },
  'unknown-method': {
    title: 'a method that a path does not have',
    text: 'The path exists in a version of the range, with the methods that the message names.',
  },
  'unknown-parameter': {
    title: 'a query parameter that no version has',
    text: 'Elasticsearch refuses a parameter that it does not know. A call of a plug-in says unchecked: REASON.',
  },
  'unknown-saved-name': {
    title: 'a value that a step does not save',
    text: 'steps.ID.NAME is one of the names under save: of that step, or of the outputs: of the fragment that it uses.',
  },
  'unknown-step': {
    title: 'a step that does not exist',
    text: 'steps.ID.NAME names a step of the same file by its id.',
  },
  'unknown-value': {
    title: 'a value that is none of those allowed',
    text: 'Write one of the values that the message lists.',
  },
  'unreadable-ca': {
    title: 'a certificate authority that cannot be read',
    text: 'The file under ca: of a connection has to be there while planning: its SHA-256 is in the plan.',
  },
  'unreadable-file': {
    title: 'a file that cannot be read',
    text: 'Runbooks, fragments and environment files are regular files in UTF-8, in the folder of the runbook or below it.',
  },
  'until-is-known': {
    title: 'an until of a block that reads nothing of its iterations',
    text: 'Planning knows already whether it passes: after the first iteration, or never. Save in a step of the block what tells that it is enough, and read that.',
  },
  'until-without-max-iterations': {
    title: 'until of a block without max_iterations',
    text: 'Where the conditions never pass, nothing would end it. max_iterations: says how often its steps run at most; after that the block fails.',
  },
  'used-before-saved': {
    title: 'a value that is read before it is saved',
    text: 'A step reads only what steps before it have saved for certain. In always: and rollback: the steps of the block may not have run.',
  },
  'useless-ignore': {
    title: 'a runbook-ignore that silences nothing',
    text: 'The comment names a code and a reason, and stands right above what is found: # runbook-ignore CODE: REASON.',
  },
  'version-range': {
    title: 'a range of versions that cannot be read',
    text: 'Ranges are those of semver: 7.10.x, 8.x, 8.5.3, ">=8.5 <10", "7.10.x || >=8.5 <10". One that begins with > is put in quotes.',
  },
  'waiting-without-until': {
    title: 'waiting without until',
    text: 'waiting: says what a poll waits for. Without until: nothing is polled.',
  },
  'write-under-until': {
    title: 'a write that would be polled',
    text: 'It would be sent again and again. Send it once, and poll with a read after it. A POST that only reads says effect: read.',
  },
  'wrong-connection-kind': {
    title: 'a connection of another kind',
    text: 'Calls are sent to elasticsearch, kibana and http, reads of a bucket to oss.',
  },
  'wrong-form': {
    title: 'a string in another form',
    text: 'The message says what the string has to look like: a name, a duration, METHOD and path, an address.',
  },
  'wrong-type': {
    title: 'a value of another type',
    text: 'YAML reads 5, true and null as what they look like; in quotes they are strings.',
  },
  yaml: {
    title: 'a file that is not YAML',
    text: 'Only the first place is shown: what the parser finds after it follows from that.',
  },
};
