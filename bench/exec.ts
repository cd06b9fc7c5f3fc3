import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Group, median, program, scratch, usageOf } from './figures.ts';
import { benchServer } from './server.ts';

const count = 1_000;
const pairs = 5;

/** What any program has to do for the reads: ask over a kept connection, read JSON, look at the status. */
const reads = (port: number) => `
const http = require('node:http');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const get = (path) => new Promise((resolve, reject) => http.get({ port: ${port}, host: '127.0.0.1', path, agent }, (response) => {
  let text = '';
  response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve(JSON.parse(text).status));
}).on('error', reject));
(async () => {
  for (let index = 0; index < ${count}; index++) if ((await get('/index-' + index)) !== 'green') throw new Error('not green');
  agent.destroy();
})();
`;

/** What any program has to do for the writes: note each on the disk, then send it. */
const writes = (port: number, file: string) => `
const http = require('node:http');
const fs = require('node:fs');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const journal = fs.openSync(${JSON.stringify(file)}, 'a');
const put = (path) => new Promise((resolve, reject) => http.request({ port: ${port}, host: '127.0.0.1', path, agent, method: 'PUT' }, (response) => {
  response.resume().on('end', () => resolve(response.statusCode));
}).on('error', reject).end());
(async () => {
  for (let index = 0; index < ${count}; index++) {
    fs.writeSync(journal, JSON.stringify({ index, path: '/index-' + index }) + '\\n');
    fs.fsyncSync(journal);
    if ((await put('/index-' + index)) !== 200) throw new Error('not 200');
  }
  agent.destroy();
})();
`;

const runbookOf = (name: string, step: (index: number) => string) => `apiVersion: runbook/v1
name: ${name}
elasticsearch: 8.x
title: Bench
connections: { es: { kind: elasticsearch } }
steps:
${Array.from({ length: count }, (_, index) => step(index)).join('')}`;

const reading = runbookOf(
  'reads',
  (index) =>
    `  - { id: s${index}, on: es, call: GET /index-${index}, expect: { status: 200, body: { status: green } } }\n`,
);

/** Steps of a run, each a request. */
export const steps: Group = {
  title: `Runs of ${count} steps, whole processes (medians of ${pairs} pairs)`,
  async *figures() {
    const directory = scratch();
    const server = await benchServer();
    const port = Number(new URL(server.url).port);
    writeFileSync(
      join(directory, 'env.yaml'),
      `apiVersion: runbook/v1\nenvironment: bench\nconnections: { es: { url: '${server.url}' } }\n`,
    );
    writeFileSync(join(directory, 'reads-8.x.yaml'), reading);
    writeFileSync(
      join(directory, 'writes-8.x.yaml'),
      runbookOf('writes', (index) => `  - { id: s${index}, on: es, call: PUT /index-${index}, keep: it is a bench }\n`),
    );
    try {
      for (const [name, peer, goal] of [
        ['reads', reads(port), 2],
        ['writes', writes(port, join(directory, 'journal')), 1.2],
      ] as const) {
        const ratios: number[] = [];
        const taken: number[][] = [];
        for (let pair = 0; pair < pairs; pair++) {
          const bare = usageOf(['-e', peer]);
          const run = usageOf([program, 'exec', `${name}-8.x.yaml`, '--env', 'env.yaml', '--no-cluster-lock'], {
            cwd: directory,
          });
          if (bare.code !== 0 || run.code !== 0) throw new Error((run.stderr + bare.stderr).slice(0, 2_000));
          ratios.push(run.wall / bare.wall);
          taken.push([run.wall, run.cpu, bare.wall, bare.cpu]);
        }
        const [wall = 0, cpu = 0, bareWall = 0, bareCpu = 0] = [0, 1, 2, 3].map((at) =>
          median(taken.map((one) => one[at] ?? 0)),
        );
        const note = `${wall.toFixed(2)} s (${cpu.toFixed(2)} s CPU), the loop ${bareWall.toFixed(2)} s (${bareCpu.toFixed(2)} s)`;
        yield { name: `${name}, beside a loop of the same requests`, value: median(ratios), unit: '×', goal, note };
      }
    } finally {
      server.stop();
    }
  },
};

/** The same reads over TLS: a handshake takes longer than a request. */
export const handshakes: Group = {
  title: `Runs of ${count} reads over TLS`,
  async *figures() {
    const directory = scratch();
    const key = join(directory, 'key.pem');
    const cert = join(directory, 'cert.pem');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '1',
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
      ],
      { stdio: 'ignore' },
    );
    const server = await benchServer({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
    try {
      writeFileSync(
        join(directory, 'env.yaml'),
        `apiVersion: runbook/v1\nenvironment: bench\nconnections: { es: { url: '${server.url}', ca: cert.pem } }\n`,
      );
      writeFileSync(join(directory, 'reads-8.x.yaml'), reading);
      const { code, stderr } = usageOf([program, 'exec', 'reads-8.x.yaml', '--env', 'env.yaml', '--no-cluster-lock'], {
        cwd: directory,
      });
      if (code !== 0) throw new Error(stderr.slice(0, 2_000));
      yield { name: 'of one connection and login', value: await server.handshakes(), unit: 'handshakes', goal: 3 };
    } finally {
      server.stop();
    }
  },
};

/** A loop of writes to a server that takes its time: what of it is waiting can be done side by side. */
export const sideBySide: Group = {
  title: 'Loops of 200 writes to a server that takes 10 ms for each, whole processes',
  async *figures() {
    const directory = scratch();
    const server = await benchServer();
    try {
      writeFileSync(
        join(directory, 'env.yaml'),
        `apiVersion: runbook/v1\nenvironment: bench\nconnections: { es: { url: '${server.url}' } }\n`,
      );
      const items = JSON.stringify(Array.from({ length: 200 }, (_, index) => index));
      const taken = (parallel: string) => {
        const step = `  - { id: put, on: es, for_each: ${items}, ${parallel}call: 'PUT /slow/{{item}}', keep: it is a bench }\n`;
        writeFileSync(
          join(directory, 'loop-8.x.yaml'),
          `apiVersion: runbook/v1\nname: loop\nelasticsearch: 8.x\ntitle: Bench\nconnections: { es: { kind: elasticsearch } }\nsteps:\n${step}`,
        );
        const run = usageOf([program, 'exec', 'loop-8.x.yaml', '--env', 'env.yaml', '--no-cluster-lock'], {
          cwd: directory,
        });
        if (run.code !== 0) throw new Error(run.stderr.slice(0, 2_000));
        return run.wall;
      };
      const ratios = Array.from({ length: 3 }, () => {
        const single = taken('');
        return { single, ratio: taken('parallel: 8, ') / single };
      });
      const single = median(ratios.map((one) => one.single));
      yield {
        ...{ name: 'parallel: 8, beside one after the other', value: median(ratios.map(({ ratio }) => ratio)) },
        ...{ unit: '×', goal: 0.4, note: `${single.toFixed(2)} s one after the other` },
      };
    } finally {
      server.stop();
    }
  },
};
