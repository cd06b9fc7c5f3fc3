import { expect, it } from 'vitest';
import { oss } from '../../src/kinds/oss/index.ts';

it('the region of a bucket may be written with or without "oss-"', async () => {
  for (const region of ['oss-cn-hangzhou', 'cn-hangzhou']) {
    const settings = {
      ...{ kind: 'oss' as const, endpoint: 'https://oss.example', region, bucket: 'b-1' },
      ...{ access_key_id: { env: 'ID' }, access_key_secret: { env: 'SECRET' } },
    };
    const secrets = {
      secret: async (_reference: unknown, setting: string) => `value of ${setting}`,
      access: () => Promise.reject(new Error('a bucket is not a server')),
    };
    expect(oss.planned(settings, undefined)).toMatchObject({ region: 'cn-hangzhou' });
    expect(await oss.target(settings, secrets)).toEqual({
      ...{ client: 'oss', endpoint: 'https://oss.example', region: 'cn-hangzhou', bucket: 'b-1' },
      key: { id: 'value of access_key_id', secret: 'value of access_key_secret' },
    });
  }
});
