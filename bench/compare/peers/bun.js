// Bun's own WebSockets and publish: bun bun.js PORT. Rooms as in ws.mjs.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch(request, own) {
    const room = new URL(request.url).pathname;
    return own.upgrade(request, { data: { room, relay: room.startsWith('/x/') } }) ? undefined : new Response('');
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    sendPings: false,
    open: (socket) => socket.subscribe(socket.data.room),
    message: (socket, text) => (socket.data.relay ? socket : server).publish(socket.data.room, text),
  },
});
