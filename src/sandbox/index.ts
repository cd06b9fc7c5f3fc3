export type { Bucket, ObjectStore } from './bucket.ts';
export { type LoopbackServer, listen } from './loopback.ts';
export { serveObjects } from './object-server.ts';
