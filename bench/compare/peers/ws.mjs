// Bare `ws`. The room is the path: on /r/… everybody gets each message, on /x/… everybody except the sender.
// node ws.mjs PORT naive|pre|batch: send() per member; one frame for all; all frames of a loop turn in one write.
import http from 'node:http';
import { WebSocketServer } from 'ws';

const [port, mode] = process.argv.slice(2);
const rooms = new Map();
const server = http.createServer();
const sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false });
let waiting = new Set();

/** An unmasked text frame. */
function frame(data) {
  const { length } = data;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(head + length);
  bytes[0] = 0x81;
  bytes[1] = head === 2 ? length : head === 4 ? 126 : 127;
  if (head === 4) bytes.writeUInt16BE(length, 2);
  if (head === 10) bytes.writeBigUInt64BE(BigInt(length), 2);
  data.copy(bytes, head);
  return bytes;
}

function flush() {
  const due = waiting;
  waiting = new Set();
  for (const room of due) {
    const frames = room.frames;
    room.frames = [];
    const forAll = room.relay ? undefined : Buffer.concat(frames.map(({ bytes }) => bytes));
    for (const member of room.members) {
      const own = forAll ?? Buffer.concat(frames.filter(({ from }) => from !== member).map(({ bytes }) => bytes));
      if (own.length > 0) member._socket.write(own);
    }
  }
}

function speak(room, from, data) {
  if (mode === 'batch') {
    room.frames.push({ from, bytes: frame(data) });
    if (waiting.size === 0) setImmediate(flush);
    waiting.add(room);
    return;
  }
  const bytes = mode === 'pre' ? frame(data) : undefined;
  for (const member of room.members) {
    if ((room.relay && member === from) || member.readyState !== member.OPEN) continue;
    if (bytes) member._socket.write(bytes);
    else member.send(data, { binary: false });
  }
}

server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (member) => {
    const name = request.url.split('?')[0];
    if (!rooms.has(name)) rooms.set(name, { members: new Set(), relay: name.startsWith('/x/'), frames: [] });
    const room = rooms.get(name);
    room.members.add(member);
    member.on('message', (data) => speak(room, member, data));
    member.on('close', () => room.members.delete(member));
    member.on('error', () => undefined);
  });
});
server.listen(Number(port), '127.0.0.1', 4096);
