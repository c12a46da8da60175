// Stock Socket.IO: node socket-io.mjs PORT. The room is in the query; with x=1 everybody but the sender gets a message.
import http from 'node:http';
import { Server } from 'socket.io';

const server = http.createServer();
new Server(server, { transports: ['websocket'], serveClient: false }).on('connection', (socket) => {
  const { room, x } = socket.handshake.query;
  socket.join(room);
  socket.on('message', (data) => (x === '1' ? socket : socket.nsp).to(room).emit('message', data));
});
server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
