// The peers that are compared: how to start them, and how the driver talks to them. Ours are in the protocols'
// peer.json.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const BENCH = path.resolve(import.meta.dirname, '..');
const OURS = ['rooms', 'circles', 'signaling'];

const byPath = { room: 'ws://127.0.0.1:{port}/r/%g', relay: 'ws://127.0.0.1:{port}/x/%g' };
const byQuery = (where) => ({
  room: `ws://127.0.0.1:{port}${where}room=r%g`,
  relay: `ws://127.0.0.1:{port}${where}room=x%g&x=1`,
});
const plain = ['--msg', '{"message":{"t":%T,"p":"%P"}}'];
const node = (file, ...args) => ['node', `{here}/peers/${file}`, '{port}', ...args];

const socketIo = {
  url: byQuery('/socket.io/?EIO=4&transport=websocket&'),
  args: ['--eio', '--msg', '42["message",{"t":%T,"p":"%P"}]'],
};

export const YARDSTICK = { name: 'limit', cmd: ['{cache}/limit', '{port}'], url: byPath, args: plain };

export const PEERS = [
  // The yardstick again, writing once per turn: 1.00 where there is nothing to combine, which checks the measurement.
  { name: 'limit-batch', cmd: [...YARDSTICK.cmd, 'batch'], url: byPath, args: plain },
  { name: 'bun', cmd: ['{cache}/node_modules/.bin/bun', '{here}/peers/bun.js', '{port}'], url: byPath, args: plain },
  { name: 'ws', cmd: node('ws.mjs', 'naive'), url: byPath, args: plain },
  { name: 'ws-pre', cmd: node('ws.mjs', 'pre'), url: byPath, args: plain },
  { name: 'ws-batch', cmd: node('ws.mjs', 'batch'), url: byPath, args: plain },
  {
    name: 'nest',
    cmd: node('nest.mjs'),
    url: byQuery('/ws?'),
    args: ['--msg', '{"event":"message","data":{"t":%T,"p":"%P"}}'],
  },
  { name: 'socket-io', cmd: node('socket-io.mjs'), ...socketIo },
  { name: 'socket-io-batch', cmd: node('socket-io.mjs', 'batch'), ...socketIo },
  ...OURS.flatMap((folder) => JSON.parse(readFileSync(path.join(BENCH, folder, 'peer.json'), 'utf8'))),
];
