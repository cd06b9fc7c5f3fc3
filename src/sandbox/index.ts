export { calls, effects, type Fault, faultOf, states } from './faults.ts';
export { type LoopbackServer, listen } from './loopback.ts';
export { serveObjects } from './object-server.ts';
export { kibanaReply, restartPath, type Sandbox, startSandbox } from './sandbox.ts';
export type { Bucket, ObjectStore } from './world/bucket.ts';
export { flightIndex, flightObjects, storedObject } from './world/flights.ts';
export { aliasOf, kibanaAliases } from './world/kibana-indices.ts';
export { accessKey, bucketName, kibanaUser, logins } from './world/seeds.ts';
export { releases, type Versions } from './world/versions.ts';
