import { expect, it } from 'vitest';
import type { Stage } from './stage.ts';

/** Users, roles and what else security keeps. */
export function security({ version, source, send }: Stage): void {
  if (version === '7.10') {
    it('roles and role mappings are documents of the security index', async () => {
      const rules = { field: { username: 'x*' } };
      const mapping = { enabled: true, roles: ['cj_test_role'], rules };
      expect((await send(source, 'PUT /_security/role_mapping/m', mapping)).body).toEqual({
        role_mapping: { created: true },
      });
      expect((await send(source, 'GET /_security/role_mapping/m')).body).toMatchObject({ m: mapping });
      const { body } = await send(source, 'POST /.security/_search', {
        query: { ids: { values: ['role-mapping_m', 'role-cj_test_role'] } },
      });
      const sources = Object.fromEntries(
        body.hits.hits.map(({ _id, _source }: Record<string, unknown>) => [_id, _source]),
      );
      expect(sources).toMatchObject({
        'role-mapping_m': { doc_type: 'role-mapping', roles: ['cj_test_role'], rules, enabled: true },
        'role-cj_test_role': { type: 'role', cluster: ['monitor'] },
      });
      expect((await send(source, 'DELETE /_security/role_mapping/m')).body).toEqual({ found: true });
    });
  }
}
