import { connect, type DetailedPeerCertificate } from 'node:tls';
import { longestTimer } from './wire.ts';

/** The server did not present its certificate in time. */
export class HandshakeTimeout extends Error {}

/**
 * The certificate authority of a server as PEM, if its SHA-256 fingerprint is the pinned one. Nothing but a TLS
 * handshake is sent: the request itself then verifies the server against this authority in the ordinary way, so no
 * login can reach a server with another one.
 * @param timeout For all of it, in milliseconds.
 * @throws with a message for people where the server cannot be reached or presents another authority.
 */
export async function pinnedAuthority(url: string, fingerprint: string, timeout: number): Promise<string> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const chain = await presentedBy(host, Number(port || 443), timeout);
  const wanted = plain(fingerprint);
  const found = chain.find((certificate) => plain(certificate.fingerprint256) === wanted);
  if (!found) {
    throw new Error(
      `the certificate fingerprint is not the pinned one: ${url} presents ${chain.map((certificate) => certificate.fingerprint256).join(', ')}`,
    );
  }
  // Lines of 64 characters, none of them empty: OpenSSL ends a certificate at an empty line.
  const lines = found.raw.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase();
}

function presentedBy(host: string, port: number, timeout: number): Promise<DetailedPeerCertificate[]> {
  return new Promise((resolve, reject) => {
    const isName = !/^[\d.]+$|:/.test(host);
    const socket = connect(
      // Only looked at: whether it is the one that is trusted is decided by its fingerprint.
      { host, port, rejectUnauthorized: false, ...(isName ? { servername: host } : {}) },
      () => {
        const chain: DetailedPeerCertificate[] = [];
        let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
        // A root names itself as its issuer.
        while (certificate?.raw && !chain.includes(certificate)) {
          chain.push(certificate);
          certificate = certificate.issuerCertificate;
        }
        socket.destroy();
        resolve(chain);
      },
    );
    // A handshake that goes on byte by byte is never idle.
    const timer = setTimeout(() => socket.destroy(new HandshakeTimeout()), Math.min(timeout, longestTimer));
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed'));
    });
  });
}
