export { calls, effects, type Fault, faultOf } from './faults.ts';
export { type LoopbackServer, listen } from './loopback.ts';
export { serveObjects } from './object-server.ts';
export { kibanaReply, type Sandbox, startSandbox } from './sandbox.ts';
export type { Bucket, ObjectStore } from './world/bucket.ts';
export { flightIndex, flightObjects, storedObject } from './world/flights.ts';
export { accessKey, bucketName, logins } from './world/seeds.ts';
