import type { WrittenCall } from '../../catalogue.ts';
import { isEverything, isLiteral, writtenNames } from './names.ts';

/** Returns whether a call may open all indices that another one closes; true where only the run knows. */
export function mayOpen(open: WrittenCall, close: WrittenCall): boolean {
  const opened = namesIn(open, '_open');
  if (opened.length === 0) return false;
  const closed = namesIn(close, '_close');
  if (![...opened, ...closed].every(isLiteral)) return true;
  return closed.every((name) => opened.some((pattern) => isEverything(pattern) || covers(pattern, name)));
}

function namesIn({ method, path }: WrittenCall, verb: string): readonly string[] {
  const [segment = '', last] = path
    .replace(/\{\{.*?\}\}/g, '{{}}')
    .split('/')
    .slice(1);
  return method === 'POST' && last === verb ? writtenNames(segment) : [];
}

/** A star in the name stands for any text, which a star of the pattern covers. */
function covers(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[^A-Za-z0-9]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
