// Loads a running server with pairs of an Iota and a client, one message in flight per pair, and prints one line of
// JSON: messages per second, latency in milliseconds, and with --pid the server's CPU time per message in microseconds
// (Linux).
//   node bench/omikron/pairs.mjs --server http://127.0.0.1:3000 --pairs 100 --seconds 5 --size 128 [--down] [--pid N]
// --down sends from the Iota to the client instead of from the client to the Iota.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { makePairs } from './directory.mjs';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'http://127.0.0.1:3000' },
    pairs: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '5' },
    size: { type: 'string', default: '128' },
    down: { type: 'boolean', default: false },
    pid: { type: 'string' },
  },
});
const TICKS_PER_SECOND = 100;
const socketBase = values.server.replace(/^http/, 'ws');

/** User and system time of the server, in microseconds. */
function cpuTime() {
  if (values.pid === undefined) return 0;
  const stat = readFileSync(`/proc/${values.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}

function identified(kind, hello) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${socketBase}/ws/${kind}/`, { perMessageDeflate: false });
    socket.once('error', reject);
    socket.once('open', () => socket.send(hello));
    socket.once('message', (text) => {
      if (/"acceppted":false|"type":"error/.test(String(text))) reject(new Error(String(text)));
      else resolve(socket);
    });
  });
}

/** Sends the next message of a pair as soon as the previous one has arrived. */
class Pair {
  sentAt = 0;

  constructor(sender, receiver, message, arrived) {
    this.sender = sender;
    this.message = message;
    receiver.on('message', (text) => {
      // Ignores the Omikron's own frames.
      if (!text.includes('"bench"')) return;
      arrived(performance.now() - this.sentAt);
      this.send();
    });
  }

  send() {
    this.sentAt = performance.now();
    this.sender.send(this.message);
  }
}

const messageTo = (user) =>
  JSON.stringify({
    type: 'bench',
    log: {},
    ...(values.down && { receiver_id: user }),
    data: 'x'.repeat(Math.max(0, Number(values.size) - 60)),
  });

const pairs = await makePairs(values.server, Number(values.pairs));
let counting = false;
const latencies = [];
const arrived = (milliseconds) => counting && latencies.push(milliseconds);
const running = [];
for (let i = 0; i < pairs.length; i += 50) {
  const batch = pairs.slice(i, i + 50).map(async ({ iota, client, user }) => {
    const [home, app] = [await identified('iota', iota), await identified('client', client)];
    return new Pair(values.down ? home : app, values.down ? app : home, messageTo(user), arrived);
  });
  running.push(...(await Promise.all(batch)));
}
for (const pair of running) pair.send();
await new Promise((resolve) => setTimeout(resolve, 1_000));
counting = true;
const [start, cpu] = [performance.now(), cpuTime()];
await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1_000));
counting = false;
const [took, used] = [performance.now() - start, cpuTime() - cpu];
latencies.sort((a, b) => a - b);
const at = (share) => Number((latencies[Math.floor(latencies.length * share)] ?? NaN).toFixed(3));
console.log(
  JSON.stringify({
    pairs: running.length,
    size: Number(values.size),
    direction: values.down ? 'Iota to client' : 'client to Iota',
    perSecond: Math.round((latencies.length / took) * 1_000),
    p50: at(0.5),
    p99: at(0.99),
    ...(values.pid !== undefined && { cpuMicroseconds: Number((used / latencies.length).toFixed(1)) }),
  }),
);
process.exit(0);
