// The yardstick: the same exchange as the services protocol, written directly on the `ws` library with nothing around
// it.
// A token is `<group>:host` or `<group>:client`, and is trusted. Prints its port when it listens.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const GREETING = JSON.stringify({ type: 'server_connect', message: 'Welcome! Please provide a token.' });
const AUTHORIZED = JSON.stringify({ type: 'server_authorized', message: 'Authorized' });
const TEXT = { binary: false };
const groups = new Map();

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });

server.on('connection', (socket) => {
  let receivers;
  let mine;
  socket.on('message', (data) => {
    if (receivers !== undefined) {
      for (const receiver of receivers) receiver.send(data, TEXT);
      return;
    }
    const [name, role] = JSON.parse(data).token.split(':');
    if (!groups.has(name)) groups.set(name, { host: new Set(), client: new Set() });
    const group = groups.get(name);
    mine = group[role].add(socket);
    receivers = role === 'host' ? group.client : group.host;
    socket.send(AUTHORIZED, TEXT);
  });
  socket.on('close', () => mine?.delete(socket));
  socket.on('error', () => undefined);
  socket.send(GREETING, TEXT);
});

http.listen(0, '127.0.0.1', () => console.log(http.address().port));
