// The yardstick of connects.mjs: the same handshakes and exchange on the bare libraries, which trust every client.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';

const TEXT = { binary: false };
const GREETING = JSON.stringify({ type: 'server_connect', message: 'Welcome! Please provide a token.' });
const AUTHORIZED = JSON.stringify({ type: 'server_authorized', message: 'Authorized' });
const members = new Map();
const http = createServer();
const plain = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });

function enter(socket, name) {
  const group = members.get(name) ?? new Set();
  members.set(name, group.add(socket));
  socket.on('message', (data) => {
    for (const member of group) member.send(data, TEXT);
  });
  socket.on('close', () => group.delete(socket));
}

http.on('upgrade', (request, stream, head) => {
  if (!request.url.startsWith('/ws/')) return;
  plain.handleUpgrade(request, stream, head, (socket) => {
    socket.on('error', () => undefined);
    if (request.url !== '/ws/') {
      enter(socket, request.url);
      return;
    }
    socket.once('message', (data) => {
      enter(socket, JSON.parse(data).token);
      socket.send(AUTHORIZED, TEXT);
    });
    socket.send(GREETING, TEXT);
  });
});
new Server(http, { serveClient: false, perMessageDeflate: false }).on('connection', (socket) => {
  const succeed = (text) => socket.emit('success', { message: text });
  socket.on('authenticate', () => succeed('User authenticated'));
  socket.on('join_conversation', ({ conversation_id: id }) => {
    void socket.join(`conversation_${id}`);
    succeed(`conversation_${id}`);
  });
});
http.listen(0, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${http.address().port}`));
