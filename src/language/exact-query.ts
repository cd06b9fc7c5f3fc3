import { compile, TreeInterpreter } from '@jmespath-community/jmespath';
import { compareNumbers, type Exact, isEqual, isNumber, type Json, literalOf } from '../text/index.ts';
import { TemplateError } from './expression.ts';

/**
 * Stands for a number that a double does not hold while JMESPath has it: it can be selected and compared, and a function that
 * looks at it refuses it, because it would compute with another number.
 */
export class Opaque {
  readonly #number: Exact & Json;
  /** A value without members would count as false. */
  readonly ' ' = null;

  constructor(number: Exact & Json) {
    this.#number = number;
  }

  static numberOf(value: Opaque): Exact & Json {
    return value.#number;
  }

  /** JMESPath asks for it first when it wants to know the type of an argument. */
  get expref(): never {
    return this.toJSON();
  }

  toJSON(): never {
    throw new TemplateError(
      `JMESPath cannot compute with ${literalOf(this.#number)} exactly: select it, and compare it with a matcher`,
    );
  }
}
// It is found as a member otherwise.
Object.defineProperty(Opaque.prototype, 'constructor', { value: undefined });

/** A node of JMESPath's syntax tree, and the values that it works on. */
type Visit = typeof TreeInterpreter.visit;
type Node = Parameters<Visit>[0];
type Value = Parameters<Visit>[1];
type Scope = Parameters<typeof TreeInterpreter.withScope>[0];

/**
 * Evaluates an expression over a value in which numbers are `Opaque`, and over variables in which they are. @throws
 * `TemplateError` where it would compute with one.
 */
export function searchExactly(value: unknown, path: string, variables: unknown = {}): unknown {
  const interpreter = new ExactInterpreter().withScope(variables as Scope);
  Object.assign(interpreter, { _rootValue: value });
  return outside(interpreter.visit(compile(path), value as Value));
}

const Interpreter = TreeInterpreter.constructor as new () => typeof TreeInterpreter;

class ExactInterpreter extends Interpreter {
  override withScope(scope: Scope): typeof TreeInterpreter {
    // What it makes itself would compare as JMESPath does.
    const { _rootValue, _scope } = super.withScope(scope) as unknown as { _rootValue: unknown; _scope: unknown };
    return Object.assign(new ExactInterpreter(), { _rootValue, _scope });
  }

  override visit(node: Node, value: Value): ReturnType<Visit> {
    switch (node.type) {
      case 'Comparator':
        return compared(node.name, outside(this.visit(node.left, value)), outside(this.visit(node.right, value)));
      case 'Arithmetic':
        for (const side of [node.left, node.right]) refuse(this.visit(side, value));
        break;
      case 'Unary':
        refuse(this.visit(node.operand, value));
        break;
      case 'Function':
        if (node.name === 'contains' && node.children.length === 2) {
          const [list, wanted] = node.children.map((child) => outside(this.visit(child, value)));
          if (Array.isArray(list)) return list.some((item) => isEqual(item as Json, wanted as Json));
        }
        break;
      case 'Variable': {
        // JMESPath takes 0, false and "" of an outer scope for a variable that there is not.
        const { _scope } = this as unknown as { _scope: { getValue: (name: string) => Value | undefined } };
        return _scope.getValue(node.name) ?? null;
      }
      default:
    }
    return super.visit(node, value);
  }
}

function compared(name: string, left: unknown, right: unknown): boolean | null {
  if (name === 'EQ') return isEqual(left as Json, right as Json);
  if (name === 'NE') return !isEqual(left as Json, right as Json);
  if (!isNumber(left) || !isNumber(right)) return null;
  const order = compareNumbers(left, right);
  return { GT: order > 0, GTE: order >= 0, LT: order < 0, LTE: order <= 0 }[name] ?? null;
}

function refuse(value: unknown): void {
  if (value instanceof Opaque) value.toJSON();
}

/** A value with its numbers again. */
function outside(value: unknown): unknown {
  if (value instanceof Opaque) return Opaque.numberOf(value);
  if (Array.isArray(value)) return value.map(outside);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, outside(item)]));
}
