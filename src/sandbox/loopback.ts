import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The response to the client; for `reset` and `hang` there is none. */
export type Reply =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
      /** The connection ends before all of it was sent. */
      readonly isCut?: true;
    }
  | 'reset'
  | 'hang';

export interface LoopbackServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

const largestBody = 100_000_000;

/** Listens on loopback, on a free port unless one is named, and answers each request once its body is there. */
export async function listen(
  answer: (incoming: IncomingMessage, body: Uint8Array) => Reply | Promise<Reply>,
  port = 0,
): Promise<LoopbackServer> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestBody) incoming.destroy();
      else chunks.push(chunk);
    });
    incoming.on('end', async () => {
      const reply = await answer(incoming, Buffer.concat(chunks));
      if (reply === 'hang') return;
      if (reply === 'reset') incoming.socket.resetAndDestroy();
      else if (reply.isCut)
        outgoing.writeHead(reply.status, { ...reply.headers }).write(reply.body, () => incoming.socket.destroy());
      else outgoing.writeHead(reply.status, { ...reply.headers }).end(reply.body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
