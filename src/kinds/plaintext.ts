import type { PlannedConnection } from '../plan/index.ts';

/** Returns what a reviewer and an operator must know of a connection that sends credentials without TLS; undefined where none does. */
export function plaintextWarning(name: string, { url, auth, identities = {} }: PlannedConnection): string | undefined {
  const types = [auth, ...Object.values(identities)].map(({ type }) => type);
  if (!/^http:/i.test(url) || isLoopback(url) || types.every((type) => type === 'none')) return undefined;
  // OSS gets a signature, not the key.
  const what = auth.type === 'access_key' ? 'signed requests and their responses' : 'credentials and everything else';
  return `${name} (${url}) is reached without TLS: ${what} cross the network unencrypted, and nothing proves which server responds. Use https:// in the environment file.`;
}

/** Returns whether an address never leaves this machine. */
function isLoopback(url: string): boolean {
  const [, host = ''] = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:?#]*)/i.exec(url) ?? [];
  return /^(localhost|127(\.\d{1,3}){3}|\[(::1|(0{1,4}:){7}0{0,3}1)\])$/i.test(host);
}
