// Socket.IO: node socket-io.mjs PORT [batch]. The room is in the query; with x=1 everybody but the sender gets a message.
// Stock, or with an adapter that joins all frames of a turn for a socket.
import http from 'node:http';
import { Server } from 'socket.io';
import { BatchingAdapter } from './batching-adapter.mjs';

const [port, mode] = process.argv.slice(2);
const adapter = mode === 'batch' ? { adapter: BatchingAdapter } : {};
const server = http.createServer();
new Server(server, { transports: ['websocket'], serveClient: false, ...adapter }).on('connection', (socket) => {
  const { room, x } = socket.handshake.query;
  socket.join(room);
  socket.on('message', (data) => (x === '1' ? socket : socket.nsp).to(room).emit('message', data));
});
server.listen(Number(port), '127.0.0.1', 4096);
