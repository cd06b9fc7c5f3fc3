import type { Plan, PlannedNode, Request } from '../plan/index.ts';
import { detailsOf } from './details.ts';
import { codeBlock, inlineCode, plain } from './markdown.ts';
import { addressOf, connectionText, contentText, requestText } from './outline.ts';
import { readable } from './readable.ts';
import { valueText } from './words.ts';

/** A part that opens with a click; its summary is HTML already where `isMarkup`. */
export function fold(summary: string, inside: string, isMarkup = false, isOpen = false): string {
  return `<details${isOpen ? ' open' : ''}><summary>${isMarkup ? summary : plain(summary)}</summary>\n\n${inside}\n\n</details>\n`;
}

/** Returns what a plan says of a step: its call, when it is sent, what its response must be, and where it stands. */
export function plannedText(planned: PlannedNode, plan: Plan): string[] {
  const node = readable(planned, plan);
  const details = detailsOf(planned, plan).map(
    ({ name, value, otherwise }) =>
      `- ${name} ${inlineCode(value)}${otherwise === undefined ? '' : ` — otherwise: ${plain(otherwise)}`}`,
  );
  if (node.kind === 'note') return [...details, `> ${plain(node.note)}`];
  if (node.kind !== 'request') return details;
  return [callText(node.request, plan), '', ...details, `- at ${inlineCode(node.at)}`, ''];
}

function callText(request: Request, plan: Plan): string {
  if (request.type !== 'http') return codeBlock(`${requestText(request)}   # on ${request.connection}`, '');
  const content = contentText(request);
  const lines = [
    `${request.method} ${addressOf(request, plan)}`,
    `# on ${connectionText(request)}`,
    ...Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${valueText(value)}`),
    ...(content === undefined ? [] : ['', ...content.split('\n')]),
  ];
  return codeBlock(lines.join('\n'), 'http');
}
