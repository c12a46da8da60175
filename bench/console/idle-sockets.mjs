// Idle room sockets, in a process of their own. In: argv of URL, count and codes. Prints `open` once all are open.
import { WebSocket } from 'ws';

const [, , url, count, codesText] = process.argv;
const codes = codesText.split(',');
const AT_ONCE = 64;
let next = 0;

const open = (code) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url}/ws/endpoint/${code}/`, { perMessageDeflate: false });
    socket.once('open', resolve);
    socket.once('error', reject);
  });
const worker = async () => {
  while (next < Number(count)) await open(codes[next++ % codes.length]);
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
process.send('open');
process.on('disconnect', () => process.exit());
