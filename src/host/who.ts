import { openConnections } from '../connections/index.ts';
import { createRedactor, isTransient } from '../engine/index.ts';
import { kindNameOf, kindOf } from '../kinds/index.ts';
import type { Environment, EnvironmentConnection } from '../language/index.ts';
import { noResponseText } from '../report/index.ts';
import { isObject, type Json } from '../text/index.ts';
import { resolveTarget } from './secrets.ts';

/** What a server says of itself. */
export interface Who {
  readonly version?: string;
  readonly cluster_uuid?: string;
  /** Its response in a few words, for a message about something missing. */
  readonly said: string;
}

/** Asks a connection who it is: one read, tried again twice. One that does not say it is not asked. */
export async function askWho(name: string, environment: Environment, file: string): Promise<Who> {
  const settings = environment.connections[name] as EnvironmentConnection;
  const { about } = kindOf(settings);
  if (!about) return { said: `a connection of kind ${kindNameOf(settings)} has none` };
  const redactor = createRedactor();
  const target = await resolveTarget(name, environment, file, redactor);
  const connection = await openConnections(new Map([[name, target]]));
  try {
    const request = { type: 'http', connection: name, method: 'GET', path: about.path } as const;
    const send = () => connection.send({ effect: 'read', request, timeout_ms: 30_000, opaque_id: 'runbook/who' });
    let answer = await send();
    for (let attempt = 2; attempt <= 3 && isTransient(answer); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      answer = await send();
    }
    if (answer.kind === 'no-response') return { said: redactor.text(noResponseText(answer)) };
    const { body } = answer;
    // A server may say anything, and what it says ends in messages and in the plan.
    const told = redactor.value(body);
    const version = textIn(isObject(told) && isObject(told.version) ? told.version.number : undefined);
    const uuid = textIn(isObject(told) ? told.cluster_uuid : undefined);
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
