import { openConnections } from '../connections/index.ts';
import { createRedactor, isTransient } from '../engine/index.ts';
import type { Environment } from '../language/index.ts';
import { noResponseText } from '../report/index.ts';
import { isObject, type Json } from '../text/index.ts';
import { resolveTarget } from './secrets.ts';

/** What a server says of itself. */
export interface Who {
  readonly version?: string;
  /** Kibana has none. */
  readonly cluster_uuid?: string;
  /** Its answer in a few words, for a message where something is missing. */
  readonly said: string;
}

/** Asks a connection, an elasticsearch or kibana one, who it is: one read, tried again twice. */
export async function askWho(name: string, environment: Environment, file: string): Promise<Who> {
  const redactor = createRedactor();
  const target = await resolveTarget(name, environment, file, redactor);
  const connection = await openConnections(new Map([[name, target]]));
  try {
    const path = target.kind === 'kibana' ? '/api/status' : '/';
    const request = { type: 'http', connection: name, method: 'GET', path } as const;
    const send = () => connection.send({ effect: 'read', request, timeout_ms: 30_000, opaque_id: 'runbook/who' });
    let answer = await send();
    for (let attempt = 2; attempt <= 3 && isTransient(answer); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      answer = await send();
    }
    if (answer.kind === 'no-response') return { said: redactor.text(noResponseText(answer)) };
    const { body } = answer;
    const version = textIn(isObject(body) && isObject(body.version) ? body.version.number : undefined);
    const uuid = textIn(isObject(body) ? body.cluster_uuid : undefined);
    return {
      said: `status ${answer.status}`,
      ...(version === undefined ? {} : { version }),
      ...(uuid === undefined ? {} : { cluster_uuid: uuid }),
    };
  } finally {
    await connection.close();
  }
}

function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
