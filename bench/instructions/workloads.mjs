// What `--check` counts. Messages come in waves: a whole wave is sent while the server is stopped, so that it finds all
// of it and does the same work each time. The next wave starts when the last delivery of this one has arrived.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';

const PREPARE = path.resolve(import.meta.dirname, '../rooms/prepare.mjs');
const PADDING = 'y'.repeat(80);
/** For a wave; thousands of times what it needs. */
const PATIENCE_MS = 120_000;

/** `senders` send `each` messages per wave, of which `copies` come back; a window has `waves` waves. */
export const WORKLOADS = {
  relay: {
    about: '100 pairs, one message in flight each',
    ...{ connections: 200, group: 2, shape: 'relay', senders: (index) => index % 2 === 0, each: 1, copies: 1 },
    waves: 8,
  },
  lock100: {
    about: 'a room of 100, one message in flight',
    ...{ connections: 100, group: 100, shape: 'room', senders: (index) => index === 0, each: 1, copies: 100 },
    waves: 60,
  },
  fan100: {
    about: 'a room of 100, 4 publishers with 8 messages in flight each',
    ...{ connections: 100, group: 100, shape: 'room', senders: (index) => index < 4, each: 8, copies: 100 },
    waves: 16,
  },
  durable: {
    about: '20 durable rooms, 16 acknowledged messages in flight each',
    ...{ connections: 20, group: 1, shape: 'room', durable: true, senders: () => true, each: 16, copies: 1 },
    waves: 1,
  },
};

/** Opens the connections of a workload. `wave()` sends a wave and resolves when everything has arrived. */
export async function open(name, { port, pid, folder }) {
  const { connections, group, shape, durable, senders, each, copies, waves } = WORKLOADS[name];
  const env = { BENCH_PORT: port, BENCH_DIR: folder, BENCH_CONNS: connections, BENCH_GROUP: group, BENCH_SHAPE: shape };
  await promisify(execFile)(process.execPath, [PREPARE], {
    env: { ...process.env, ...env, ...(durable && { BENCH_DURABLE: '1' }) },
  });
  const codes = readFileSync(path.join(folder, 'codes'), 'utf8').trim().split('\n');
  let missing = 0;
  let done;
  let failed;
  let number = 0;
  const enter = (code) =>
    new Promise((resolve, reject) => {
      const query = durable ? '?acks=1' : '';
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/endpoint/${code}/${query}`, { perMessageDeflate: false });
      socket.once('open', () => resolve(socket)).once('error', reject);
      socket.once('close', (status) => failed?.(new Error(`${name}: a connection was closed with ${status}`)));
      socket.on('message', (data) => {
        // In durable rooms, acknowledgements count.
        if (data.includes('"error"')) failed?.(new Error(`${name}: ${data}`));
        else if (data.includes(durable ? '"ack"' : PADDING) && --missing === 0) done();
      });
    });
  const sockets = [];
  for (const code of codes) sockets.push(await enter(code));
  const speaking = sockets.filter((_socket, index) => senders(index));
  const messages = speaking.length * each;

  function wave() {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${name}: ${missing} deliveries did not come`)), PATIENCE_MS);
      done = () => {
        clearTimeout(late);
        resolve();
      };
      failed = (error) => {
        clearTimeout(late);
        reject(error);
      };
      missing = messages * copies;
      process.kill(pid, 'SIGSTOP');
      try {
        for (const socket of speaking) {
          for (let n = 0; n < each; n++) {
            const id = durable ? `,"id":"m${number++}"` : '';
            socket.send(`{"message":{"p":"${PADDING}"}${id}}`);
          }
        }
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    });
  }
  return {
    messages: messages * waves,
    async run() {
      for (let n = 0; n < waves; n++) await wave();
    },
    close() {
      failed = undefined;
      for (const socket of sockets) socket.terminate();
    },
  };
}
