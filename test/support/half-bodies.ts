import { once } from 'node:events';
import net from 'node:net';

/** Bytes that each says it will send: the most that one may have. */
const CLAIMED = 1_048_576;

/**
 * Sends requests on connections of their own, whose bodies never come.
 * @returns the status of the first that is answered all the same
 */
export async function sendHalfBodies(port: number, paths: readonly string[], type: string): Promise<number> {
  const sockets = paths.map((path) => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    const head = [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Content-Type: ${type}`, `Content-Length: ${CLAIMED}`];
    socket.write(`${head.join('\r\n')}\r\n\r\n{`);
    return socket;
  });
  const [answer] = (await Promise.race(sockets.map((socket) => once(socket, 'data')))) as [Buffer];
  for (const socket of sockets) socket.destroy();
  return Number(String(answer).split(' ')[1]);
}
