// Fills the lobby of a running server with peers, then measures what one more peer costs: when it sets its name, which
// all others are told, and when it asks for the list. Prints one line of JSON with the server's CPU milliseconds
// (Linux).
//   node bench/signaling/lobby.mjs --server http://127.0.0.1:3000 --peers 5000 --times 20 --pid N
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'http://127.0.0.1:3000' },
    peers: { type: 'string', default: '5000' },
    times: { type: 'string', default: '20' },
    pid: { type: 'string' },
  },
});
const url = `${values.server.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;
const TICKS_PER_SECOND = 100;
let heard = 0;

/** User and system time of the server, in milliseconds. */
function cpuTime() {
  const stat = readFileSync(`/proc/${values.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000;
}

function join() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.once('error', reject);
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === '2') socket.send('3');
      else if (text[0] === '0') socket.send('40');
      else if (text.startsWith('40')) resolve(socket);
      else heard++;
    });
  });
}

/** CPU milliseconds of the server per action, each awaited until `receivers` have been told. */
async function cost(times, receivers, action) {
  const before = cpuTime();
  for (let i = 0; i < times; i++) {
    const goal = heard + receivers;
    action(i);
    while (heard < goal) await sleep(1);
  }
  return Number(((cpuTime() - before) / times).toFixed(2));
}

const count = Number(values.peers);
const times = Number(values.times);
const sockets = [];
while (sockets.length < count) {
  sockets.push(...(await Promise.all(Array.from({ length: Math.min(50, count - sockets.length) }, join))));
}
const [first, second] = sockets;
const named = await cost(times, count - 1, (i) => first.send(`42["name","peer ${i}"]`));
const listed = await cost(times, 1, () => second.send('42["connections"]'));
const changed = await cost(times, count, (i) => {
  first.send(`42["name","again ${i}"]`);
  second.send('42["connections"]');
});
console.log(
  JSON.stringify({
    peers: count,
    cpuMsPerName: named,
    cpuMsPerListUnchanged: listed,
    cpuMsPerListAfterChange: Number((changed - named).toFixed(2)),
  }),
);
for (const socket of sockets) socket.terminate();
