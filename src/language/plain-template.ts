import { type Expression, type Root, roots } from './expression.ts';
import { helpers } from './helpers.ts';

/** One expression, names, calls and texts deep. What is nested deeper is for the other parser. */
const mostLevels = 20;

/** A name with its members, a text, a number, a parenthesis, or the end of the expression. Handlebars wants space or an end behind a value. */
const token =
  /\s*(?:([A-Za-z_]\w*(?:\.[A-Za-z_][\w-]*)*)(?=[\s)}])|"([^"\\]*)"(?=[\s)}])|(0|[1-9]\d{0,14})(?=[\s)}])|([()])|(\}\})(?!\}))/y;

/** What Handlebars does not take for a name, or not for a member's name. */
const reserved: ReadonlySet<string> = new Set(['true', 'false', 'null', 'undefined', 'else', 'as', 'this']);

/**
 * Reads a template that has nothing but names, and calls of helpers with names, texts, whole numbers and other calls, as nearly every
 * one does: to load Handlebars and to have it read the templates of a runbook takes a tenth of `validate`.
 * @returns Its texts and expressions in turn; undefined where there is anything else, or a mistake: then Handlebars reads it and says
 * what there is to say.
 */
export function plainTemplate(text: string): (string | Expression)[] | undefined {
  // Handlebars has a meaning for the one, and none for the other.
  if (text.includes('\\{{') || text.includes('\0')) return undefined;
  const parts: (string | Expression)[] = [];
  const reader = new Reader(text);
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{{', at);
    const end = open < 0 ? text.length : open;
    if (end > at) parts.push(text.slice(at, end));
    if (open < 0) break;
    const expression = reader.expressionAt(open + 2);
    if (expression === undefined) return undefined;
    parts.push(expression);
    at = reader.at;
  }
  return parts;
}

class Reader {
  /** Where what has been read ends. */
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** What stands from there to the two braces that close it. */
  expressionAt(start: number): Expression | undefined {
    this.at = start;
    const [, name] = this.#next() ?? [];
    if (name === undefined) return undefined;
    const afterName = this.at;
    if (this.#next()?.[5]) return pathOf(name);
    this.at = afterName;
    return this.#call(name, '}}', 0);
  }

  #next(): RegExpExecArray | undefined {
    token.lastIndex = this.at;
    const found = token.exec(this.#text) ?? undefined;
    if (found) this.at = token.lastIndex;
    return found;
  }

  /** The arguments of a helper, up to the end of the call. */
  #call(name: string, end: ')' | '}}', level: number): Expression | undefined {
    const helper = Object.hasOwn(helpers, name) ? helpers[name] : undefined;
    if (!helper || level > mostLevels) return undefined;
    const found: Expression[] = [];
    for (;;) {
      const [, path, literal, digits, parenthesis, braces] = this.#next() ?? [];
      if ((parenthesis ?? braces) === end) break;
      const argument =
        path !== undefined
          ? pathOf(path)
          : literal !== undefined
            ? ({ kind: 'literal', value: literal } as const)
            : digits !== undefined
              ? ({ kind: 'literal', value: Number(digits) } as const)
              : parenthesis === '('
                ? this.#call(this.#next()?.[1] ?? '', ')', level + 1)
                : undefined;
      if (argument === undefined) return undefined;
      found.push(argument);
    }
    if (found.length < helper.arity.least || found.length > helper.arity.most) return undefined;
    return { kind: 'call', helper: name, arguments: found };
  }
}

function pathOf(name: string): Expression | undefined {
  const [root = '', ...segments] = name.split('.');
  const isKnown = (roots as readonly string[]).includes(root) && !segments.some((segment) => reserved.has(segment));
  return isKnown ? { kind: 'path', root: root as Root, segments } : undefined;
}
