import type { Preflight, PreflightSubject, SettingsOf } from '../kind.ts';
import { asIdentity, wordsFor } from '../server.ts';

/** Reachable, the credentials accepted, up, and of the clusters' version. */
export function preflight(subject: PreflightSubject<SettingsOf<'kibana'>>): Preflight {
  const { name, runbook } = subject;
  const { place, credentials, setting } = wordsFor(subject);
  return {
    title: `${place} is up, accepts ${credentials}, and is Kibana ${runbook.elasticsearch}`,
    request: { type: 'http', ...asIdentity(subject), method: 'GET', path: '/api/status' },
    expect: {
      status: [200],
      message: `${place} is not up, is no Kibana, or did not accept ${credentials}. Check the url and ${setting} of connection ${name} in the environment file, and Kibana's own log.`,
      body: [
        {
          // 7.10 has a state (green), 8.x a level (available).
          subject: 'status.overall.[level, state][] | [0]',
          expect: {
            in: ['available', 'green'],
            message: `${place} says of itself that it is not available. Wait, or look into its log.`,
          },
        },
        {
          subject: 'version.number',
          expect: {
            version_in: runbook.elasticsearch,
            message: `${runbook.file} is written for Kibana and Elasticsearch ${runbook.elasticsearch}, and the Kibana at ${place} is another version. Choose the runbook for its version: runbook list.`,
          },
        },
      ],
    },
  };
}
