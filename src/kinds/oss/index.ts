import type { Kind, SettingsOf } from '../kind.ts';
import { preflight } from './preflight.ts';

/** A bucket of Alibaba Cloud OSS. */
export const oss: Kind<SettingsOf<'oss'>> = {
  step: 'oss',
  planned: ({ endpoint, bucket, region, access_key_id, access_key_secret }) => ({
    url: `${endpoint}/${bucket}`,
    auth: { type: 'access_key', id: access_key_id, secret: access_key_secret },
    region: standardRegion(region),
  }),
  preflight,
  // What is in a bucket is what snapshots have put there; no step makes one.
  touches: (request) => [
    { family: request.type === 'oss' && request.operation === 'bucketInfo' ? 'bucket' : 'snapshots' },
  ],
  target: async ({ endpoint, region, bucket, access_key_id, access_key_secret }, { secret }) => ({
    ...{ client: 'oss', endpoint, region: standardRegion(region), bucket },
    key: {
      id: await secret(access_key_id, 'access_key_id'),
      secret: await secret(access_key_secret, 'access_key_secret'),
    },
  }),
};

/** `oss-cn-hangzhou` and `cn-hangzhou` are the same. */
function standardRegion(region: string): string {
  return region.replace(/^oss-/, '');
}
