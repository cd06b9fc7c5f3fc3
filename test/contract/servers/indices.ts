import { expect, it } from 'vitest';
import type { Stage } from './stage.ts';

/** Settings, hidden indices, names and aliases. */
export function indices({ hasFeatures, source, send, register, snapshot, restore }: Stage): void {
  const create = (name: string, more: Record<string, unknown> = {}) =>
    send(source, `PUT /${name}`, { settings: { number_of_replicas: 0 }, ...more });
  const listed = async (path: string) => {
    const { body } = await send(source, `GET /_cat/indices${path}${path.includes('?') ? '&' : '?'}format=json&h=index`);
    return body.map(({ index }: { index: string }) => index).toSorted();
  };
  const remove = async (...names: string[]) => {
    for (const name of names) await send(source, `DELETE /${name}?ignore_unavailable=true`);
  };

  it('I1: a hidden index is found by its name, not by patterns unless they are told to; those that begin with a dot find one that does', async () => {
    const hidden = { settings: { 'index.hidden': true, number_of_shards: 1, auto_expand_replicas: '0-1' } };
    expect((await create('hid-1', hidden)).body).toEqual({
      acknowledged: true,
      shards_acknowledged: true,
      index: 'hid-1',
    });
    await create('.hid-2', { settings: { index: { hidden: 'true', number_of_replicas: 0 } } });
    try {
      const { body } = await send(source, 'GET /hid-1/_settings?flat_settings=true');
      expect(body['hid-1'].settings).toMatchObject({ 'index.hidden': 'true', 'index.auto_expand_replicas': '0-1' });
      for (const path of ['', '/*', '/_all', '/hid-*']) expect(await listed(path)).not.toContain('hid-1');
      expect(await listed('/hid-1')).toEqual(['hid-1']);
      expect(await listed('/.hid*')).toEqual(['.hid-2']);
      for (const words of ['all', 'open,hidden'])
        expect(await listed(`/hid-*?expand_wildcards=${words}`)).toEqual(['hid-1']);
      expect(await listed('/hid-*?expand_wildcards=open')).toEqual([]);
      expect((await send(source, 'GET /_all')).body).not.toHaveProperty('hid-1');
      expect((await send(source, 'GET /hid-*/_count')).body.count).toBe(0);
      expect((await send(source, 'GET /_cluster/health?level=indices')).body.indices).toMatchObject({
        'hid-1': { status: 'green' },
      });
    } finally {
      await remove('hid-1', '.hid-2');
    }
  });

  it('I2: a pattern deletes, closes and opens no hidden index on 7.10, and since 8.0 none at all', async () => {
    await create('hid-1', { settings: { 'index.hidden': true } });
    await create('hid-2');
    try {
      const refused = { status: 400, reason: 'Wildcard expressions or all indices are not allowed' };
      for (const call of ['POST /hid-*/_close', 'POST /hid-*/_open', 'DELETE /hid-*', 'DELETE /hid-nothing*']) {
        if (hasFeatures) expect(await send(source, call)).toMatchObject(refused);
        else expect((await send(source, call)).status).toBe(200);
      }
      expect(await listed('/hid-1,hid-2?ignore_unavailable=true')).toEqual(
        hasFeatures ? ['hid-1', 'hid-2'] : ['hid-1'],
      );
      if (!hasFeatures) expect((await send(source, 'DELETE /hid-*?expand_wildcards=all')).status).toBe(200);
    } finally {
      await remove('hid-1', 'hid-2');
    }
  });

  it('I3: a snapshot of everything takes hidden indices along, and a restore brings them back hidden', async () => {
    await create('hid-1', { settings: { 'index.hidden': true, number_of_replicas: 0 } });
    await create('hid-2');
    try {
      await register(source, 'r', 'a');
      const taken = async (name: string, body: Record<string, unknown>) => {
        const made = await snapshot(source, 'r', name, { include_global_state: false, ...body });
        return made.body.snapshot.indices.filter((index: string) => index.startsWith('hid-')).toSorted();
      };
      expect(await taken('s1', { indices: '*' })).toEqual(['hid-1', 'hid-2']);
      expect(await taken('s2', { indices: 'hid-*' })).toEqual(['hid-1', 'hid-2']);
      expect(await taken('s3', { indices: '*', expand_wildcards: 'open' })).toEqual(['hid-2']);
      expect(await taken('s4', { indices: '*,-hid-1' })).toEqual(['hid-2']);
      await remove('hid-1', 'hid-2');
      const { body } = await restore(source, 'r', 's1', { indices: 'hid-*' });
      expect(body.snapshot.indices.toSorted()).toEqual(['hid-1', 'hid-2']);
      expect(await listed('/hid-*')).toEqual(['hid-2']);
      expect(await restore(source, 'r', 's1', { indices: 'hid-1' })).toMatchObject({
        status: 500,
        reason: expect.stringContaining('an open index with same name already exists'),
      });
      const shown = { indices: 'hid-1', rename_pattern: 'hid-1', rename_replacement: 'hid-3' };
      await restore(source, 'r', 's1', { ...shown, index_settings: { 'index.hidden': false } });
      expect(await listed('/hid-*')).toEqual(expect.arrayContaining(['hid-2', 'hid-3']));
    } finally {
      await remove('hid-1', 'hid-2', 'hid-3');
    }
  });

  it('I5: settings that no index has, and values that they cannot have, are refused', async () => {
    for (const settings of [{ nonsense: 1 }, { auto_expand_replicas: 'x' }, { 'index.hidden': 'maybe' }])
      expect(await create('odd', { settings })).toMatchObject({ status: 400, error: 'illegal_argument_exception' });
    expect(await create('odd', { nonsense: 1 })).toMatchObject({ status: 400, error: 'parse_exception' });
    await create('odd');
    try {
      expect((await send(source, 'PUT /odd/_settings', { 'index.hidden': true })).body).toEqual({ acknowledged: true });
      expect(await listed('/od*')).toEqual([]);
      expect(await send(source, 'PUT /odd/_settings', { 'index.number_of_shards': 3 })).toMatchObject({ status: 400 });
      expect(await send(source, 'PUT /odd/_settings', { nonsense: 3 })).toMatchObject({ status: 400 });
    } finally {
      await remove('odd');
    }
  });

  it('M2: a wait for health that is over is a 408, with the health in it', async () => {
    await create('yellow', { settings: { number_of_replicas: 1 } });
    try {
      const green = await send(source, 'GET /_cluster/health/yellow?wait_for_status=green&timeout=1s');
      expect(green).toMatchObject({ status: 408, body: { status: 'yellow', timed_out: true, unassigned_shards: 1 } });
      const yellow = await send(source, 'GET /_cluster/health/yellow?wait_for_status=yellow&timeout=1s');
      expect(yellow).toMatchObject({ status: 200, body: { status: 'yellow', timed_out: false } });
      const missing = await send(source, 'GET /_cluster/health/nothing?timeout=1s');
      expect(missing).toMatchObject({ status: 408, body: { status: 'red', timed_out: true } });
      expect((await send(source, 'GET /_cluster/health/nothing*?wait_for_status=green&timeout=1s')).status).toBe(200);
    } finally {
      await remove('yellow');
    }
  });

  it('I9: a search sorts by what the mapping makes of a value, and goes on after the last one; whole numbers keep their digits', async () => {
    const properties = { n: { type: 'long' }, d: { type: 'double' }, k: { type: 'keyword' } };
    await create('sorted', { mappings: { properties } });
    const documents = {
      1: '{ "n": "1540815132987654321", "d": 1, "k": "b" }',
      2: '{ "n": 1540815132987654322, "d": "0.5", "k": "a" }',
      3: '{ "k": "c" }',
    };
    const shownParts = 'error,hits.hits._id,hits.hits._score,hits.hits.sort,hits.hits.fields';
    const search = (body: string) => send(source, `POST /sorted/_search?filter_path=${shownParts}`, body);
    const shown = async (body: string) => (await search(body)).text.replaceAll(' ', '');
    try {
      for (const [id, body] of Object.entries(documents))
        expect(await send(source, `PUT /sorted/_doc/${id}?refresh=true`, body)).toMatchObject({ status: 201 });
      const ids = async (body: string) => (await search(body)).body.hits.hits.map(({ _id }: { _id: string }) => _id);
      expect(await ids('{ "sort": [{ "n": "asc" }] }')).toEqual(['1', '2', '3']);
      expect(await ids('{ "sort": [{ "n": { "order": "desc" } }] }')).toEqual(['2', '1', '3']);
      expect(await ids('{ "sort": "k" }')).toEqual(['2', '1', '3']);
      expect(await shown('{ "size": 1, "sort": [{ "n": "asc" }] }')).toBe(
        '{"hits":{"hits":[{"_id":"1","_score":null,"sort":[1540815132987654321]}]}}',
      );
      const after = '"search_after": [1540815132987654321], "sort": [{ "n": "asc" }]';
      expect(await ids(`{ ${after} }`)).toEqual(['2', '3']);
      expect(await shown(`{ ${after}, "size": 1, "fields": ["n"] }`)).toContain(
        '"fields":{"n":[1540815132987654322]},"sort":[1540815132987654322]',
      );
      expect(await shown('{ "sort": [{ "n": "asc" }] }')).toContain('"sort":[9223372036854775807]');
      const decimals = await shown('{ "sort": [{ "d": "desc" }] }');
      expect(decimals.match(/"sort":[^}]*/g)).toEqual(['"sort":[1.0]', '"sort":[0.5]', '"sort":["-Infinity"]']);
      const range = '{ "query": { "range": { "n": { "gt": 1540815132987654321 } } } }';
      expect(await ids(range)).toEqual(['2']);
      const refused = { status: 400, error: 'search_phase_execution_exception' };
      expect(await search('{ "sort": ["nothing"] }')).toMatchObject(refused);
      expect(await search('{ "search_after": [1] }')).toMatchObject(refused);
    } finally {
      await remove('sorted');
    }
  });

  it('I8: names with date math are resolved where they are percent-encoded', async () => {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '.');
    const name = encodeURIComponent('<dated-{now/d}>');
    const made = await send(source, `PUT /${name}`, { settings: { number_of_replicas: 0 } });
    try {
      expect(made.body.index).toBe(`dated-${today}`);
      expect((await send(source, `GET /${name}/_count`)).status).toBe(200);
      await register(source, 'r', 'a');
      const taken = await snapshot(source, 'r', encodeURIComponent('<daily-{now/d}>'), { indices: '-*' });
      expect(taken.body.snapshot.snapshot).toBe(`daily-${today}`);
      expect((await send(source, `GET /_snapshot/r/${encodeURIComponent('<daily-{now/d}>')}`)).status).toBe(404);
    } finally {
      await remove(name);
    }
  });

  it('M1: a leftover index without the alias is no alias split: a restore of all leaves the alias on one', async () => {
    await create('left_1');
    await create('left_2', { aliases: { left: {} } });
    try {
      await register(source, 'r', 'a');
      await snapshot(source, 'r', 's', { indices: 'left_*', include_global_state: false });
      await send(source, 'POST /left_1,left_2/_close');
      const { body: restored } = await restore(source, 'r', 's', { indices: 'left_*' });
      expect(restored.snapshot.indices.toSorted()).toEqual(['left_1', 'left_2']);
      const { body } = await send(source, 'GET /_cat/aliases/left?format=json&h=alias,index');
      expect(body).toEqual([{ alias: 'left', index: 'left_2' }]);
    } finally {
      await remove('left_1', 'left_2');
    }
  });

  it('M1: an alias has one index to write to: a restore that brings a second one is a 500, and changes nothing', async () => {
    const writing = { aliases: { events: { is_write_index: true } } };
    await create('events-000001', writing);
    try {
      await register(source, 'r', 'a');
      await snapshot(source, 'r', 's', { indices: 'events-000001', include_global_state: false });
      await remove('events-000001');
      await create('events-000002', writing);
      expect(await restore(source, 'r', 's', { indices: 'events-*' })).toMatchObject({
        status: 500,
        error: 'illegal_state_exception',
        reason: expect.stringContaining('alias [events] has more than one write index'),
      });
      expect(await listed('/events-*')).toEqual(['events-000002']);
      const { status } = await restore(source, 'r', 's', { indices: 'events-*', include_aliases: false });
      expect(status).toBe(200);
      expect((await create('events-000003', writing)).status).toBe(500);
      // A write through an alias of several indices goes to the one that is marked.
      await send(source, 'POST /_aliases', { actions: [{ add: { index: 'events-000001', alias: 'events' } }] });
      expect((await send(source, 'PUT /events/_doc/1', {})).body._index).toBe('events-000002');
      expect(await send(source, 'GET /events/_doc/1')).toMatchObject({ status: 400 });
      expect(await send(source, 'DELETE /events')).toMatchObject({
        status: 400,
        reason: expect.stringContaining('matches an alias'),
      });
    } finally {
      await remove('events-000001', 'events-000002', 'events-000003');
    }
  });

  it('I4: an alias is hidden on all of its indices or on none', async () => {
    await create('shown_1', { aliases: { shown: { is_hidden: true } } });
    try {
      expect(await create('shown_2', { aliases: { shown: {} } })).toMatchObject({
        status: 500,
        error: 'illegal_state_exception',
        reason: expect.stringContaining('alias must have the same is_hidden setting on all indices'),
      });
    } finally {
      await remove('shown_1', 'shown_2');
    }
  });
}
