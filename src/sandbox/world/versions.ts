/** The releases of Elasticsearch that the sandbox emulates, by the name that a person gives them. */
export const releases = { '7.10': '7.10.2', '8.5': '8.5.3', '8.19': '8.19.21', '9.5': '9.5.3' } as const;

export type Version = (typeof releases)[keyof typeof releases];

/** The version of each of the two clusters. */
export interface Versions {
  readonly source: Version;
  readonly destination: Version;
}

/** Returns whether a cluster is of this version or a later one. */
export function isSince({ version }: { readonly version: Version }, major: number, minor = 0): boolean {
  const [own = 0, ownMinor = 0] = version.split('.').map(Number);
  return own > major || (own === major && ownMinor >= minor);
}

/** The number that a snapshot keeps of the version that made it, and how that version shows it. */
const inSnapshots: Readonly<Record<Version, { readonly id: number; readonly label: string }>> = {
  '7.10.2': { id: 7_100_299, label: '7.10.2' },
  '8.5.3': { id: 8_050_399, label: '8.5.3' },
  // From 8.9 on the number is the format of an index, which several releases share.
  '8.19.21': { id: 8_537_000, label: '8.19.9-8.19.21' },
  '9.5.3': { id: 9_111_000, label: '9.5.2-9.5.3' },
};

export function snapshotVersionId(version: Version): number {
  return inSnapshots[version].id;
}

/** Returns the version of a snapshot as a cluster shows it: each release knows only the formats that are older than itself. */
export function snapshotVersion(made: Version, viewer: Version): string {
  const { id, label } = inSnapshots[made];
  if (made === viewer) return label;
  if (viewer === '8.19.21' && made === '9.5.3') return `8.19.22-[${id}]`;
  if (viewer === '9.5.3' && made === '8.19.21') return '8.19.9-8.19.20';
  // The releases before 8.9 take the number for a version.
  if (!isSince({ version: viewer }, 8, 9))
    return `${Math.floor(id / 1e6)}.${Math.floor(id / 1e4) % 100}.${Math.floor(id / 100) % 100}`;
  return label;
}

/** Returns why a cluster restores no snapshot of another version, if so. */
export function versionConflict(made: Version, viewer: Version): string | undefined {
  const shown = snapshotVersion(made, viewer);
  if (inSnapshots[made].id > inSnapshots[viewer].id) {
    const what = isSince({ version: viewer }, 8, 9) ? 'version' : 'Elasticsearch version';
    return `the snapshot was created with ${what} [${shown}] which is higher than the version of this node [${inSnapshots[viewer].label}]`;
  }
  if (isSince({ version: viewer }, 9) && !isSince({ version: made }, 8))
    return `the snapshot was created with Elasticsearch version [${shown}] which is below the current versions minimum index compatibility version [8.0.0]`;
  return undefined;
}
