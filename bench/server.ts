import { spawn } from 'node:child_process';

/** What every request is answered with, below /slow after 10 ms; in a process of its own, so that what it takes is not the program's. */
const script = `
const handler = (request, response) => {
  request.resume();
  const body = request.url === '/' ? '{"cluster_name":"bench","cluster_uuid":"bench-uuid","version":{"number":"8.5.3"}}' : '{"acknowledged":true,"status":"green"}';
  response.writeHead(200, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch', 'content-length': body.length });
  if (request.url.startsWith('/slow')) setTimeout(() => response.end(body), 10);
  else response.end(body);
};
const server = process.env.KEY
  ? require('node:https').createServer({ key: process.env.KEY, cert: process.env.CERT, keepAliveTimeout: 60_000 }, handler)
  : require('node:http').createServer({ keepAliveTimeout: 60_000 }, handler);
let handshakes = 0;
server.on('secureConnection', () => { handshakes++; });
process.on('message', () => process.send(handshakes));
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
`;

/** A server that answers at once. */
export interface BenchServer {
  readonly url: string;
  /** How many TLS handshakes there have been. */
  readonly handshakes: () => Promise<number>;
  readonly stop: () => void;
}

/** @param tls The server's key and certificate, in PEM; without them it speaks HTTP. */
export async function benchServer(tls?: { readonly key: string; readonly cert: string }): Promise<BenchServer> {
  const env = tls ? { ...process.env, KEY: tls.key, CERT: tls.cert } : process.env;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
  const said = () => new Promise<number>((resolve) => child.once('message', (message) => resolve(Number(message))));
  const port = await said();
  return {
    url: `http${tls ? 's' : ''}://127.0.0.1:${port}`,
    handshakes: () => {
      const count = said();
      child.send('handshakes');
      return count;
    },
    stop: () => child.kill(),
  };
}
