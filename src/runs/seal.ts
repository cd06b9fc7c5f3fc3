import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Event } from '../engine/index.ts';
import type { Json } from '../text/index.ts';

/**
 * What a rollback must remember of secrets, encrypted for the journal: AES-256-GCM, under a key derived (HKDF-SHA256) from
 * the environment's key and the run's id. A sealed value opens at the step and name of the run that it was sealed for only.
 */
export interface Seal {
  /** @returns Base64url of nonce, ciphertext and tag. */
  readonly seal: (step: string, name: string, value: Json) => string;
  /** @throws `SealMismatch` where it was sealed with another key, for another place, or was changed. */
  readonly open: (step: string, name: string, sealed: string) => Json;
}

/** A sealed value that this key does not open. */
export class SealMismatch extends Error {}

/** Shorter ones may be guessed: a key is as good as its randomness. */
export const shortestSealKey = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** @param key The environment's key, at least `shortestSealKey` random characters. */
export function sealFor(run: string, key: string): Seal {
  const derived = Buffer.from(hkdfSync('sha256', key, run, 'runbook journal seal v1', 32));
  const boundTo = (step: string, name: string) => Buffer.from(JSON.stringify([run, step, name]));
  return {
    seal: (step, name, value) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', derived, nonce).setAAD(boundTo(step, name));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url');
    },
    open: (step, name, sealed) => {
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', derived, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
          .setAAD(boundTo(step, name))
          .setAuthTag(bytes.subarray(-tagBytes));
        const text = [decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()];
        return JSON.parse(Buffer.concat(text).toString('utf8')) as Json;
      } catch {
        throw new SealMismatch(`what step "${step}" saved as "${name}" cannot be opened with this key`);
      }
    },
  };
}

/**
 * Everything that was sealed in a journal: step → name → value. Of a step that was read again, the newest counts.
 * @throws `SealMismatch`
 */
export function openedIn(events: readonly Event[], { open }: Seal): Map<string, ReadonlyMap<string, Json>> {
  const opened = new Map<string, ReadonlyMap<string, Json>>();
  for (const event of events) {
    if (event.type !== 'step-finished' || !event.sealed) continue;
    const { step } = event;
    const values = Object.entries(event.sealed).map(([name, text]) => [name, open(step, name, text)] as const);
    opened.set(step, new Map(values));
  }
  return opened;
}
