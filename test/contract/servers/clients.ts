import { expect, it } from 'vitest';
import type { Seen } from '../backend.ts';
import type { Stage } from './stage.ts';

/** Behaviour that all calls share. */
export function clients({ version, source, send }: Stage): void {
  it('C5: x-opaque-id comes back', async () => {
    const { headers } = await send(source, 'GET /', undefined, { headers: { 'x-opaque-id': 'runbook/r/s' } });
    expect(headers.get('x-opaque-id')).toBe('runbook/r/s');
  });

  it('I7: a document is created once, and changed or deleted only as it was seen: what a lock rests on', async () => {
    const path = '/runbook-locks/_doc/cluster';
    const made = await send(source, `PUT ${path}?op_type=create`, { run: 'a' });
    expect(made.status).toBe(201);
    const conflict = { status: 409, error: 'version_conflict_engine_exception' };
    expect(await send(source, `PUT ${path}?op_type=create`, { run: 'b' })).toMatchObject(conflict);
    const found = await send(source, `GET ${path}`);
    expect(found.body).toMatchObject({ found: true, _seq_no: made.body._seq_no, _source: { run: 'a' } });
    const version = (seen: Seen) => `if_seq_no=${seen.body._seq_no}&if_primary_term=${seen.body._primary_term}`;
    const kept = await send(source, `PUT ${path}?${version(made)}`, { run: 'a', heartbeat: 1 });
    expect(kept.status).toBe(200);
    expect(kept.body._seq_no).toBeGreaterThan(made.body._seq_no);
    expect(await send(source, `PUT ${path}?${version(made)}`, { run: 'b' })).toMatchObject(conflict);
    expect(await send(source, `DELETE ${path}?${version(made)}`)).toMatchObject(conflict);
    expect((await send(source, `DELETE ${path}?${version(kept)}`)).status).toBe(200);
    expect((await send(source, `GET ${path}`)).status).toBe(404);
    expect(await send(source, `PUT ${path}?${version(kept)}`, { run: 'a' })).toMatchObject(conflict);
    await send(source, 'POST /runbook-locks/_close');
    expect(await send(source, `PUT ${path}?op_type=create`, { run: 'a' })).toMatchObject({
      status: 400,
      error: 'index_closed_exception',
    });
  });

  it('C1: a client of the next major version is refused: 7.10 with 406, later ones with 400', async () => {
    const next = Number(version.split('.')[0]) + 1;
    const headers = { 'content-type': `application/vnd.elasticsearch+json; compatible-with=${next}` };
    expect((await send(source, 'PUT /x', {}, { headers })).status).toBe(version === '7.10' ? 406 : 400);
  });
}
