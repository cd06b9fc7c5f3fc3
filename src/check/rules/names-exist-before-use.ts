import {
  inputAt,
  listsIn,
  listsOf,
  type Path,
  type PathExpression,
  pathOfInput,
  runNames,
  type Step,
  stepsIn,
  unknownInput,
  type VisitedStep,
} from '../../language/index.ts';
import { type Diagnostic, type DiagnosticCode, didYouMean, type Related } from '../../text/index.ts';
import type { CheckedFile, Rule } from '../rule.ts';
import { areWithout, namesIn, queriesOf, rangeOfName, type TemplateText, templatesOf } from '../templates.ts';

/**
 * Every name in a template or JMESPath exists where it is used: inputs are declared, steps are of this file and saved the name
 * before, `item` stands inside a `for_each`. In `always` and in a block's `rollback` the block's own steps may never
 * have run, so what they save cannot be relied on there.
 */
export const namesExistBeforeUse: Rule = (file) => {
  const diagnostics: Diagnostic[] = [];
  const everywhere = allSaving(file);
  const inspect = (text: TemplateText, scope: Scope) => {
    for (const name of namesIn(text)) {
      const message = problemOf(name, text, scope, everywhere, file);
      if (message)
        diagnostics.push({
          code: message.code,
          severity: 'error',
          message: message.text,
          file: file.source.file,
          range: rangeOfName(file, text, name),
          ...(message.related ? { related: [message.related] } : {}),
        });
    }
  };
  /** @returns What the steps have saved, beside what was saved before them. */
  const walk = (steps: readonly Step[], path: Path, { saved: before, hasItem }: Scope): Saved => {
    const saved = new Saved(before);
    for (const [index, step] of steps.entries()) {
      const here = [...path, index];
      const within: Scope = { saved, hasItem: hasItem || step.for_each !== undefined };
      const isBlock = 'steps' in step;
      const isAfterwards = ({ path: at }: TemplateText) => isBlock && at[here.length] === 'until';
      const visited: VisitedStep = { step, path: here, place: 'steps', ancestors: [] };
      const texts = [...templatesOf(visited), ...queriesOf(visited)];
      for (const text of texts)
        if (!isAfterwards(text)) inspect(text, text.path[here.length] === 'for_each' ? { saved, hasItem } : within);
      const lists = listsIn(step, here);
      const walkIn = (...places: readonly string[]) =>
        lists.filter(({ place }) => places.includes(place)).map((list) => walk(list.steps, list.path, within));
      const [inside] = walkIn('steps');
      // What rolls back a block can rely on none of its steps; what rolls back a single step can rely on that one. Evidence is for a
      // step that has failed: it has saved nothing.
      walkIn('evidence', ...(isBlock ? ['always', 'rollback'] : []));
      if (inside) saved.take(inside);
      for (const text of texts) if (isAfterwards(text)) inspect(text, within);
      const own = savedBy(step, here, file).names;
      if (step.id !== undefined && own.length > 0) saved.set(step.id, own);
      if (!isBlock) walkIn('always', 'rollback');
    }
    return saved;
  };
  const saved = new Saved();
  for (const list of listsOf(file)) saved.take(walk(list.steps, list.path, { saved, hasItem: false }));
  const end: Scope = { saved, hasItem: false };
  if ('outputs' in file.value) {
    for (const [name, text] of Object.entries(file.value.outputs ?? {}))
      inspect({ path: ['outputs', name], text, isKey: false }, end);
  }
  return diagnostics;
};

interface Scope {
  readonly saved: Saved;
  readonly hasItem: boolean;
}

/** Step id → the names that it has saved by now. What was saved before a list of steps is not copied: files can have 20,000 of them. */
class Saved {
  readonly #before: Saved | undefined;
  readonly #names = new Map<string, readonly string[]>();

  constructor(before?: Saved) {
    this.#before = before;
  }

  get(id: string): readonly string[] | undefined {
    return this.#names.get(id) ?? this.#before?.get(id);
  }

  set(id: string, names: readonly string[]): void {
    this.#names.set(id, names);
  }

  /** Takes over what the steps of a block have saved. */
  take(others: Saved): void {
    for (const [id, names] of others.#names) this.set(id, names);
  }
}

function problemOf(
  name: PathExpression,
  { path }: TemplateText,
  scope: Scope,
  everywhere: ReadonlyMap<string, Saving>,
  file: CheckedFile,
): { readonly code: DiagnosticCode; readonly text: string; readonly related?: Related } | undefined {
  const { value, gaps } = file;
  const [first, second] = name.segments;
  switch (name.root) {
    case 'inputs': {
      if (first === undefined)
        return { code: 'template-unknown-name', text: 'inputs has no value of its own; name one: inputs.NAME' };
      const found = inputAt(value.inputs ?? {}, name.segments);
      // What stands behind a list is one of its items.
      if (!('missing' in found) || found.of?.input.type === 'list') return undefined;
      if (!gaps.lacks(pathOfInput(name.segments.join('.')))) return undefined;
      return { code: 'unknown-input', text: unknownInput(found) };
    }
    case 'run':
      return second === undefined && runNames.some((name) => name === first)
        ? undefined
        : {
            code: 'template-unknown-name',
            text: `unknown name "${['run', ...name.segments].join('.')}"; run has ${runNames.map((one) => `run.${one}`).join(', ')}`,
          };
    case 'connections': {
      const declared = 'connections' in value ? value.connections : {};
      const choosing = Object.keys(declared).filter((one) => declared[one]?.identity !== undefined);
      if (first !== undefined && second === 'identity' && name.segments.length === 2 && choosing.includes(first))
        return undefined;
      if (!gaps.lacks(['connections', first ?? '', 'identity'])) return undefined;
      return {
        code: 'template-unknown-name',
        text: `unknown name "${['connections', ...name.segments].join('.')}"${choosing.length > 0 ? `; allowed: ${choosing.map((one) => `connections.${one}.identity`).join(', ')}` : '; no connection of this file declares an identity to choose (connections: NAME: identity: …)'}`,
      };
    }
    case 'item':
      return scope.hasItem || !areWithout('for_each', { path }, file)
        ? undefined
        : { code: 'template-unknown-name', text: 'no item here: it exists inside a for_each only' };
    case 'steps': {
      if (first === undefined || second === undefined) {
        const [only, ...others] = everywhere.get(first ?? '')?.names ?? [];
        const meant = only !== undefined && others.length === 0 ? ` — did you mean "steps.${first}.${only}"?` : '';
        return {
          code: 'template-unknown-name',
          text: `steps has no value of its own; name a saved one: steps.ID.NAME${meant}`,
        };
      }
      const anywhere = everywhere.get(first);
      if (!anywhere)
        return gaps.hides(first)
          ? undefined
          : { code: 'unknown-step', text: `unknown step "${first}"${didYouMean(first, everywhere.keys())}` };
      if (!anywhere.names.includes(second))
        return anywhere.maySave(second)
          ? undefined
          : {
              code: 'unknown-saved-name',
              text: `step "${first}" saves no "${second}"${didYouMean(second, anywhere.names) || (anywhere.names.length > 0 ? `; it saves ${anywhere.names.join(', ')}` : '')}`,
            };
      if (scope.saved.get(first)?.includes(second)) return undefined;
      return {
        code: 'used-before-saved',
        text: `steps.${first}.${second} may not exist yet here: step "${first}" comes later, or belongs to a block that may have failed before it`,
        related: {
          range: file.source.rangeOf([...anywhere.path, 'id']),
          message: `step "${first}" saves it here`,
        },
      };
    }
  }
}

/** What a step saves. */
interface Saving {
  readonly path: Path;
  readonly names: readonly string[];
  /** Returns whether a part that was left out may save a name. */
  readonly maySave: (name: string) => boolean;
}

function savedBy(step: Step, path: Path, file: CheckedFile): Saving {
  if ('use' in step) {
    const fragment = file.fragment(step.use);
    const maySave = (name: string) => fragment?.gaps.lacks(['outputs', name]) !== true;
    return { path, names: Object.keys(fragment?.value.outputs ?? {}), maySave };
  }
  const names = 'save' in step ? Object.keys(step.save ?? {}) : [];
  return { path, names, maySave: (name) => ['save', 'use'].some((key) => !file.gaps.lacks([...path, key, name])) };
}

/** Of several steps with one id, which has its own message, what each saves. */
function allSaving(file: CheckedFile): Map<string, Saving> {
  const all = new Map<string, Saving>();
  for (const { step, path } of stepsIn(file)) {
    if (step.id === undefined) continue;
    const own = savedBy(step, path, file);
    const other = all.get(step.id);
    all.set(
      step.id,
      other
        ? {
            ...other,
            names: [...other.names, ...own.names],
            maySave: (name) => other.maySave(name) || own.maySave(name),
          }
        : own,
    );
  }
  return all;
}
