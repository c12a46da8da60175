// Clients of the benches: what admission takes, by transport.
import http from 'node:http';
import { WebSocket } from 'ws';

const SOCKET_IO = '/socket.io/?EIO=4&transport=websocket';

/** @param {(text: string, socket: WebSocket) => boolean | void} onText handles each frame; `true`: the socket is in */
export function socket(url, onText, first) {
  return new Promise((resolve, reject) => {
    const client = new WebSocket(url, { perMessageDeflate: false });
    client.destroy = () => client.terminate();
    client.on('error', reject);
    client.once('close', (code) => reject(new Error(`${url} closed with ${code}`)));
    client.on('open', () => {
      if (first !== undefined) client.send(first);
      if (onText === undefined) resolve(client);
    });
    client.on('message', (data) => {
      const text = data.toString();
      if (text === '2') client.send('3');
      else if (onText?.(text, client)) resolve(client);
    });
  });
}

/** Server-Sent Events. */
export function stream(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      response.on('error', () => undefined).resume();
      if (response.statusCode === 200) resolve(request.on('error', () => undefined));
      else reject(new Error(`${url} answered ${response.statusCode}`));
    });
    request.once('error', reject);
  });
}

/** The steps of Socket.IO: each of its first packets is answered with the next step; the last one admits it. */
export function socketIo(base, events, isIn) {
  const waiting = ['40', ...events.map((event) => `42${JSON.stringify(event)}`)];
  return socket(`${base}${SOCKET_IO}`, (text, client) => {
    if (isIn(text, client)) return true;
    if (/^(?:0|40|42\["success")/.test(text) && waiting.length > 0) client.send(waiting.shift());
  });
}
