// Generated from schemas/runbook.v1.schema.json by `npm run generate`: change the schema, not this file.
import type {Json} from '../text/value.ts';

/**
 * A runbook, or a fragment that runbooks use. Templates ({{…}}) may stand in any string value unless it says otherwise.
 */
export type RunbookFile = Runbook | Fragment;
export type ApiVersion = 'runbook/v1';
export type Name = string;
export type Text = string;
export type Input = PlainInput | ObjectInput;
/**
 * Any JSON value.
 */
export type AnyValue = Json;
/**
 * @minItems 1
 */
export type Steps = [Step, ...Step[]];
export type Step = CallStep | OssStep | NoteStep | Block | UseStep;
/**
 * The connection. A block gives it to its steps.
 */
export type On = string;
/**
 * One of the connection's alternate identities, as the environment names it; CONNECTION/IDENTITY is that of another connection, whose credentials are then sent to this server. A block gives it to its steps.
 */
export type As = string;
/**
 * Expression over inputs, steps, run and item → literal or matcher. All have to pass, or the step is skipped; of the alternatives under any, one has to.
 */
export type When = {any?: When[]; [subject: string]: Expectation | When[] | undefined};
/**
 * A list, or a template that gives one: the step runs once per item, {{item}}.
 */
export type ForEach = Json[] | string;
/**
 * Beside for_each: how many items may run at once. No item can read what another one has saved; after a failure no new one begins, and those that run are awaited.
 */
export type Parallel = number;
/**
 * Ask a person before this step; a text is the question.
 */
export type Confirm = boolean | string;
/**
 * Users notice this: only inside the environment's maintenance windows, and a person confirms it.
 */
export type Disruptive = boolean;
/**
 * METHOD path. Values put into the path are percent-encoded.
 */
export type Call = string;
/**
 * Sent as JSON, a list as a JSON array. One of body, ndjson and text at most.
 */
export type Body = Json;
/**
 * A list, or a template that gives one: sent as NDJSON, one line of JSON per item; to an import of Kibana as a file.
 */
export type Ndjson = Json[] | string;
/**
 * Sent as it is, as text/plain unless headers say otherwise.
 */
export type TextBody = string;
/**
 * 200, [200, 404] or 2xx.
 */
export type Status = StatusCode | StatusCode[];
export type StatusCode = number | '1xx' | '2xx' | '3xx' | '4xx' | '5xx';
export type Expectation = Json | Matcher;
/**
 * A number, or a template that gives one.
 */
export type Bound = number | string;
/**
 * A whole number with a unit: 500ms, 2s, 30m, 1h.
 */
export type Duration = string;
/**
 * Of a poll: how far what it waits for is. It is shown with its rate and the time that is left, and decides nothing: where it cannot be read, the poll goes on without it.
 */
export type Progress = ProgressWithOneMeasure | ProgressWithMeasures;
/**
 * METHOD path of another read, where the numbers are not in the poll's own response. It is in the plan, and is sent after a poll, at most every 5s.
 */
export type ProgressCall = string;
/**
 * JMESPath → how much is done, a number.
 */
export type Done = string;
/**
 * How much there is to do: JMESPath → a number, a number, or a template that gives one. Leave it out where nobody knows it.
 */
export type Total = string | number;
/**
 * bytes, which are shown as kB, MB, GB, …, or a word in the plural: shards, documents.
 */
export type Unit = string;
export type Saved = string | {path: string; default?: Json; secret?: boolean; digest?: boolean};
export type SavedFound = string | {path: string; default?: Json};

export interface Runbook {
  apiVersion: ApiVersion;
  name: Name;
  /**
   * The Elasticsearch versions that these calls are written for, as a semver range: 7.10.x, 8.x, 8.5.3, >=8.5 <10, or 7.10.x || >=8.5 <10. In YAML a range that begins with > is put in quotes. Every elasticsearch and kibana connection is checked against it before the first write. Suffixes such as -SNAPSHOT do not count.
   */
  elasticsearch: string;
  title: Text;
  description?: Text;
  strategy?: Name;
  inputs?: Inputs;
  /**
   * The systems that the steps talk to. The environment file says where they are.
   */
  connections: {
    [k: string]: Connection;
  };
  steps: Steps;
  rollback?: Steps;
}
export interface Inputs {
  [k: string]: Input;
}
export interface PlainInput {
  /**
   * connection: the name of one of the runbook's connections, for `on` in a fragment. object: several inputs as one value, see properties.
   */
  type: 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'connection';
  description?: Text;
  default?: AnyValue;
  /**
   * A regular expression of RE2 that has to match somewhere in a string value.
   */
  pattern?: string;
  /**
   * A regular expression of RE2 that must match nowhere in a string value.
   */
  not_pattern?: string;
  /**
   * @minItems 1
   */
  enum?: [string | number | boolean, ...(string | number | boolean)[]];
  /**
   * The value comes by reference from the environment file and is in no plan, journal, report or log.
   */
  secret?: boolean;
}
/**
 * Several inputs as one value, read as {{inputs.NAME.MEMBER}}, or as {{inputs.NAME}} with all of its members.
 */
export interface ObjectInput {
  type: 'object';
  description?: Text;
  /**
   * The members, each an input of its own: with its default, or required. A secret one is given by reference.
   */
  properties: {
    [k: string]: Input;
  };
}
export interface Connection {
  /**
   * http is any JSON API.
   */
  kind: 'elasticsearch' | 'kibana' | 'oss' | 'http';
  /**
   * The environment may leave it out; the steps on it are then skipped.
   */
  optional?: boolean;
  identity?: IdentityChoice;
  description?: Text;
}
/**
 * Which of the environment's identities the steps use here, read as {{connections.NAME.identity}}.
 */
export interface IdentityChoice {
  /**
   * The first one that the environment declares is used.
   *
   * @minItems 1
   */
  any_of: [Name, ...Name[]];
  /**
   * Those of them that the server accepts only later in the run: they are not checked before the first write.
   *
   * @minItems 1
   */
  valid_later?: [Name, ...Name[]];
  message: Text;
}
/**
 * One HTTP request.
 */
export interface CallStep {
  id?: Name;
  title?: Text;
  description?: Text;
  on?: On;
  as?: As;
  when?: When;
  for_each?: ForEach;
  parallel?: Parallel;
  confirm?: Confirm;
  disruptive?: Disruptive;
  call: Call;
  query?: Query;
  headers?: Headers;
  body?: Body;
  ndjson?: Ndjson;
  text?: TextBody;
  /**
   * This POST only reads (_search, _count). Believed where the API is known to, and on connections of kind http.
   */
  effect?: 'read';
  unchecked?: Text;
  expect?: Expect;
  until?: BodyConditions;
  waiting?: Text;
  every?: Duration;
  timeout?: Duration;
  progress?: Progress;
  save?: Save;
  done_when?: DoneWhen;
  unchanged_when?: DoneWhen;
  /**
   * Reads that are sent when this step fails, before anything is undone. What they return is in the terminal and in reports.
   *
   * @minItems 1
   */
  evidence?: [Evidence, ...Evidence[]];
  rollback?: Steps;
  undone_by?: Name;
  keep?: Text;
  /**
   * Where nobody can tell whether this write took effect, the run stops as it is, and `runbook resume` goes on; without it, it is rolled back.
   */
  on_unknown?: 'suspend';
  retry?: Retry;
}
export interface Query {
  /**
   * A list is sent as Elasticsearch wants it (a,b), to others as the parameter several times.
   */
  [k: string]: string | number | boolean | Json[];
}
export interface Headers {
  [k: string]: string | number | boolean;
}
/**
 * What the answer has to be. Without a status it must be 2xx.
 */
export interface Expect {
  status?: Status;
  headers?: HeaderConditions;
  body?: BodyConditions;
  message?: Text;
}
/**
 * Name of a response header, in any letter case → its value, a string, or a matcher.
 */
export interface HeaderConditions {
  [k: string]: string | Matcher;
}
export interface Matcher {
  equals?: AnyValue;
  not?: Expectation;
  /**
   * One of these. A list value: every item is one of these.
   */
  in?: Json[] | string;
  /**
   * One of these, and no list.
   */
  one_of?: Json[] | string;
  each?: Expectation;
  contains?: AnyValue;
  /**
   * A text in which this regular expression of RE2 has a match. No templates.
   */
  matches?: string;
  /**
   * A version in this semver range: >=8.5 <10, or 8.x. Suffixes such as -SNAPSHOT do not count.
   */
  version_in?: string;
  /**
   * The value is there and not null.
   */
  exists?: boolean;
  /**
   * A list, mapping or text of length 0, or nothing at all.
   */
  empty?: boolean;
  greater_than?: Bound;
  less_than?: Bound;
  at_least?: Bound;
  at_most?: Bound;
  length?: Expectation;
  message?: Text;
}
/**
 * JMESPath over the answer's body → literal or matcher.
 */
export interface BodyConditions {
  [k: string]: Expectation;
}
export interface ProgressWithOneMeasure {
  on?: On;
  as?: As;
  call?: ProgressCall;
  query?: Query;
  headers?: Headers;
  body?: Body;
  ndjson?: Ndjson;
  text?: TextBody;
  /**
   * This POST only reads.
   */
  effect?: 'read';
  unchecked?: Text;
  done: Done;
  total?: Total;
  unit: Unit;
}
export interface ProgressWithMeasures {
  on?: On;
  as?: As;
  call?: ProgressCall;
  query?: Query;
  headers?: Headers;
  body?: Body;
  ndjson?: Ndjson;
  text?: TextBody;
  /**
   * This POST only reads.
   */
  effect?: 'read';
  unchecked?: Text;
  /**
   * Several measures of the same work, in the order in which they are shown. Rate and time left go by the one in bytes, or by the first.
   *
   * @minItems 1
   * @maxItems 4
   */
  measures: [Measure] | [Measure, Measure] | [Measure, Measure, Measure] | [Measure, Measure, Measure, Measure];
}
export interface Measure {
  done: Done;
  total?: Total;
  unit: Unit;
}
/**
 * Name → JMESPath over the answer's body, or headers.NAME for one of its headers. Read later as {{steps.ID.NAME}}.
 */
export interface Save {
  [k: string]: Saved;
}
/**
 * A read that tells whether the effect is already in place.
 */
export interface DoneWhen {
  on?: On;
  as?: As;
  call: Call;
  query?: Query;
  headers?: Headers;
  body?: Body;
  ndjson?: Ndjson;
  text?: TextBody;
  effect?: 'read';
  unchecked?: Text;
  expect: Expect;
  save?: SaveFound;
  otherwise?: DoneWhen;
  timeout?: Duration;
}
/**
 * Names that the step saves → JMESPath over this read's body, for where this read finds the effect: nothing was sent, or its own response was lost.
 */
export interface SaveFound {
  [k: string]: SavedFound;
}
/**
 * A read that shows why a step has failed. Its own failure changes nothing of what follows.
 */
export interface Evidence {
  id?: Name;
  title?: Text;
  on?: On;
  as?: As;
  call: Call;
  query?: Query;
  headers?: Headers;
  body?: Body;
  ndjson?: Ndjson;
  text?: TextBody;
  /**
   * This POST only reads.
   */
  effect?: 'read';
  unchecked?: Text;
  timeout?: Duration;
  save?: Save;
}
/**
 * How often a call is sent. Without it a read is sent up to 6 times within a minute, again after no response, 429, 502, 503 and 504; with until it is polled instead. A write is sent once; with retry it is sent again after 429 and 5xx, and after no response; where its outcome is unknown, done_when is asked first, and it is sent again only if that says that it is not in place. What never left this machine was not sent, and is tried again in both cases.
 */
export interface Retry {
  /**
   * How often it is sent at most.
   */
  attempts: number;
  delay?: Duration;
}
/**
 * One read of an OSS bucket. Writes to the bucket are not part of the language.
 */
export interface OssStep {
  id?: Name;
  title?: Text;
  description?: Text;
  on?: On;
  when?: When;
  for_each?: ForEach;
  parallel?: Parallel;
  confirm?: Confirm;
  oss: 'bucketInfo' | 'list' | 'head';
  key?: Text;
  /**
   * list: only keys that begin with it.
   */
  prefix?: string;
  expect?: Expect;
  until?: BodyConditions;
  waiting?: Text;
  every?: Duration;
  timeout?: Duration;
  save?: Save;
  retry?: Retry;
}
/**
 * Something that a person has to know. Nothing is sent; the end of the run repeats it.
 */
export interface NoteStep {
  id?: Name;
  title?: Text;
  description?: Text;
  when?: When;
  for_each?: ForEach;
  confirm?: Confirm;
  note: Text;
  /**
   * info by default.
   */
  severity?: 'info' | 'warning';
}
/**
 * Steps that belong together. `always` runs after them on every way out.
 */
export interface Block {
  id?: Name;
  title?: Text;
  description?: Text;
  on?: On;
  as?: As;
  when?: When;
  for_each?: ForEach;
  parallel?: Parallel;
  confirm?: Confirm;
  disruptive?: Disruptive;
  done_when?: DoneWhen;
  until?: When;
  /**
   * With until: how often the steps run at most. If the conditions do not pass then, the block fails.
   */
  max_iterations?: number;
  every?: Duration;
  steps: Steps;
  always?: Steps;
  rollback?: Steps;
}
/**
 * A fragment file, expanded while planning.
 */
export interface UseStep {
  id?: Name;
  title?: Text;
  description?: Text;
  on?: On;
  as?: As;
  when?: When;
  for_each?: ForEach;
  parallel?: Parallel;
  confirm?: Confirm;
  disruptive?: Disruptive;
  /**
   * The fragment's path, relative to this file. No templates.
   */
  use: string;
  /**
   * The fragment's inputs.
   */
  with?: {
    [k: string]: AnyValue;
  };
  keep?: Text;
  rollback?: Steps;
}
export interface Fragment {
  apiVersion: ApiVersion;
  fragment: Name;
  title: Text;
  description?: Text;
  inputs?: Inputs;
  /**
   * What the using runbook reads as {{steps.ID.NAME}}, ID being the id of the step with `use`.
   */
  outputs?: {
    [k: string]: Text;
  };
  steps: Steps;
}
