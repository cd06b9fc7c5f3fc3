import type { Preflight, PreflightSubject, SettingsOf } from '../kind.ts';
import { asIdentity, wordsFor } from '../server.ts';

type Subject = PreflightSubject<SettingsOf<'elasticsearch'>>;

export function preflight(subject: Subject): Preflight {
  const { identity, connection } = subject;
  const isLater = identity !== undefined && connection.valid_later?.includes(identity);
  return isLater ? laterPreflight(subject) : ownPreflight(subject);
}

/** Reachable, the credentials accepted, the version in the runbook's range, and the pinned cluster. */
function ownPreflight(subject: Subject): Preflight {
  const { name, connection, runbook } = subject;
  const { place, credentials, setting } = wordsFor(subject);
  return {
    title: `${place} is reachable, accepts ${credentials}, and is Elasticsearch ${runbook.elasticsearch}`,
    request: { type: 'http', ...asIdentity(subject), method: 'GET', path: '/' },
    expect: {
      status: [200],
      message: `${place} did not accept ${credentials}. Check the ${setting} of connection ${name} in the environment file, and the secret it refers to.`,
      body: [
        {
          subject: 'version.number',
          expect: {
            version_in: runbook.elasticsearch,
            message: `${runbook.file} is written for Elasticsearch ${runbook.elasticsearch}, and ${place} is another version. Choose the runbook for its version: runbook list.`,
          },
        },
        ...(connection.cluster_uuid === undefined
          ? []
          : [
              {
                subject: 'cluster_uuid',
                expect: {
                  equals: connection.cluster_uuid,
                  message: `${place} is not the pinned cluster. Check the url; pin another one (cluster_uuid, or plan --pin) only if the cluster really was replaced.`,
                },
              },
            ]),
      ],
    },
  };
}

/** An identity that the server accepts only later: whether it does already is not asserted. */
function laterPreflight(subject: Subject): Preflight {
  const { place, credentials } = wordsFor(subject);
  return {
    title: `${place} responds to ${credentials}, accepted only later in the run`,
    request: { type: 'http', ...asIdentity(subject), method: 'GET', path: '/' },
    expect: { status: [200, 401], message: `${place} gives an unexpected response to ${credentials}.`, body: [] },
  };
}
