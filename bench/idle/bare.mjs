// The yardstick of idle.mjs: the same connections on the bare libraries, with nothing around them.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';

const rooms = new Map();
const streams = new Set();
const http = createServer((request, response) => {
  if (request.url !== '/sse') {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(': hello\n\n');
  streams.add(response);
  response.once('close', () => streams.delete(response));
});
const plain = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });
http.on('upgrade', (request, socket, head) => {
  if (request.url !== '/ws') return;
  plain.handleUpgrade(request, socket, head, (client) => {
    client.once('message', (name) => {
      const room = rooms.get(String(name)) ?? new Set();
      rooms.set(String(name), room.add(client));
      client.once('close', () => room.delete(client));
      client.on('message', (data) => {
        for (const other of room) other.send(data);
      });
      client.send('joined');
    });
    client.on('error', () => undefined);
  });
});
new Server(http, { serveClient: false, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('join', (room) => {
    void socket.join(room);
    socket.emit('joined', room);
  });
});
// Ends with the process that started it.
process.once('disconnect', () => process.exit());
http.listen(0, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${http.address().port}`));
