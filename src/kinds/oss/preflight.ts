import type { Preflight, PreflightSubject, SettingsOf } from '../kind.ts';

/** There, in the configured region, of a class that snapshots can be restored from, and private (docs/how-servers-behave.md, R3). */
export function preflight({ name, connection }: PreflightSubject<SettingsOf<'oss'>>): Preflight {
  const place = `${name} (${connection.url})`;
  return {
    title: `${place} is there, of class Standard, private, and in ${connection.region}`,
    request: { type: 'oss', connection: name, operation: 'bucketInfo' },
    expect: {
      status: [200],
      message: `${place} cannot be looked at.`,
      body: [
        {
          subject: 'location',
          expect: {
            equals: `oss-${connection.region}`,
            message: `The bucket is in another region. Correct region and endpoint of connection ${name} in the environment file.`,
          },
        },
        {
          subject: 'storage_class',
          expect: {
            equals: 'Standard',
            message:
              'A repository in a bucket of this class fails its verification, and an archived snapshot cannot be restored. Take a bucket of class Standard.',
          },
        },
        {
          subject: 'acl',
          expect: {
            equals: 'private',
            message:
              "The bucket is public, and the snapshot holds the hashes of all passwords and API keys. Set the bucket's ACL to private.",
          },
        },
      ],
    },
  };
}
