import { io } from 'socket.io-client';
import { type Listener, type Wire } from './wire.js';

/** Frames are shown as in the document: `["event", payload]`. */
export function openSocketIo(auth: Readonly<Record<string, string>>, listener: Listener): Wire {
  const socket = io(location.origin, {
    auth,
    forceNew: true,
    reconnection: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
  });
  socket.on('connect', () => {
    listener.opened();
  });
  socket.onAny((event: string, ...payloads: unknown[]) => {
    listener.received(JSON.stringify([event, ...payloads]));
  });
  socket.on('connect_error', ({ message }) => {
    listener.closed(`Not connected: ${message}`);
    socket.close();
  });
  socket.on('disconnect', (reason) => {
    listener.closed(`Closed: ${reason}`);
  });
  return {
    send: (text, asks) => {
      const [event, ...payloads] = packetOf(text);
      if (!socket.connected) throw new Error('Not connected');
      const acknowledge = (...answer: unknown[]) => {
        listener.received(JSON.stringify(answer), `acknowledges ${event}`);
      };
      socket.emit(event, ...payloads, ...(asks ? [acknowledge] : []));
      listener.sent(JSON.stringify([event, ...payloads]));
    },
    close: () => {
      socket.close();
      listener.closed('Closed by you');
    },
  };
}

function packetOf(text: string): readonly [string, ...unknown[]] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || typeof value[0] !== 'string') {
    throw new Error('A frame of Socket.IO is a list that begins with the name of an event, such as ["connections"].');
  }
  return value as [string, ...unknown[]];
}
