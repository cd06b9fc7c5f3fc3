import type { Json } from '../src/language/index.ts';
import { kibanaReply, type LoopbackServer, listen } from '../src/sandbox/index.ts';
import type { Pair } from './real/lab.ts';

const versions = { '7.10': '7.10.2', '8.5': '8.5.3' } as const;

/** The stand-in for Kibana before a cluster: it keeps its objects in that cluster's `.kibana`, whoever asks logs in there. */
export function startKibana({ version }: Pair, cluster: string): Promise<LoopbackServer> {
  return listen(async (incoming, body) => {
    const { authorization = '' } = incoming.headers;
    return kibanaReply(versions[version], incoming, body, async (method, path, content) => {
      const response = await fetch(cluster + path, {
        method,
        headers: { authorization, 'x-elastic-product-origin': 'kibana', 'content-type': 'application/json' },
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      });
      const text = await response.text();
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Json };
    });
  });
}
