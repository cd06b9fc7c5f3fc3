import { kibanaReply, type LoopbackServer, listen } from '../src/sandbox/index.ts';
import type { Json } from '../src/text/index.ts';
import { type Pair, releases } from './real/lab.ts';

/**
 * The stand-in for Kibana before a cluster. It keeps its objects in that cluster's indices; whoever asks logs in there. Where only
 * the login of Kibana itself may write there, it uses that once it knows who asks, as Kibana does.
 */
export function startKibana({ version, kibana }: Pair, cluster: string): Promise<LoopbackServer> {
  const own = kibana && `Basic ${Buffer.from(`${kibana.username}:${kibana.password}`).toString('base64')}`;
  return listen(async (incoming, body) => {
    const caller = incoming.headers.authorization ?? '';
    const send = async (method: string, path: string, authorization: string, content?: Json) => {
      const response = await fetch(cluster + path, {
        method,
        headers: { authorization, 'x-elastic-product-origin': 'kibana', 'content-type': 'application/json' },
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      });
      const text = await response.text();
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Json };
    };
    return kibanaReply(releases[version], incoming, body, async (method, path, content) => {
      if (!own || !path.startsWith('/.kibana')) return send(method, path, caller, content);
      const known = await send('GET', '/_security/_authenticate', caller);
      return known.status === 200 ? send(method, path, own, content) : known;
    });
  });
}
