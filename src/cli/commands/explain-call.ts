import { Problem } from '../../host/problem.ts';
import { callProblems, type KindName, kinds } from '../../kinds/index.ts';
import { inert } from '../../text/index.ts';
import { table } from '../table.ts';

/** `runbook explain "GET /_cluster/health"`: what the catalogues of calls say of it. */
export async function explainCall(method: string, path: string): Promise<void> {
  for (const { describe } of Object.values(kinds)) {
    const found = await describe?.(method, path);
    if (!found) continue;
    const { call, summary, versions, reads, needs, deprecated, query, body } = found;
    const rows = [
      ['versions', versions.join(', ')],
      ['effect', reads ? 'read' : 'write'],
      ['needs', needs === '' ? 'nothing: everybody may' : (needs ?? 'not known')],
      ...(deprecated === undefined ? [] : [['deprecated', `since ${deprecated}`]]),
      ['query', query.join(', ')],
      ...(body === undefined ? [] : [['body', body.join(', ')]]),
    ];
    const title = summary === undefined ? call : `${call}: ${summary}`;
    process.stdout.write(`${title}\n\n${table(rows)}`);
    return;
  }
  const [problem] = (Object.keys(kinds) as KindName[]).flatMap((kind) =>
    callProblems(kind, { method, path }, undefined),
  );
  throw new Problem(inert(problem?.message ?? `no catalogue has ${method} ${path}`), 'arguments');
}
