import { type Listener, type Wire } from './wire.js';

/** @param first sent as soon as it is open */
export function openPlain(path: string, listener: Listener, protocols: readonly string[], first?: string): Wire {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}`, [...protocols]);
  socket.binaryType = 'arraybuffer';
  const send = (text: string) => {
    if (socket.readyState !== WebSocket.OPEN) throw new Error('Not connected');
    socket.send(text);
    listener.sent(text);
  };
  socket.onopen = () => {
    listener.opened();
    if (first !== undefined) send(first);
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    listener.received(typeof data === 'string' ? data : `${data.byteLength} bytes of no text`);
  };
  socket.onclose = ({ code, reason }) => {
    listener.closed(`Closed with code ${code}${reason === '' ? '' : `: ${reason}`}`);
  };
  return {
    // Sends any text, since it is also worth seeing how the server handles invalid JSON.
    send,
    close: () => {
      socket.close(1000);
    },
  };
}
