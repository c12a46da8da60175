import net from 'node:net';

/** Bytes announced by each request: the maximum allowed. */
const CLAIMED = 1_048_576;

/**
 * Sends requests on separate connections, each without the last byte of its body.
 * @returns the status of the first answer that comes nevertheless, or 0 if the connection is cut
 */
export async function sendHalfBodies(port: number, paths: readonly string[], type: string): Promise<number> {
  const sockets: net.Socket[] = [];
  const status = await new Promise<number>((resolve) => {
    for (const path of paths) {
      const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
      sockets.push(socket);
      const head = [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Content-Type: ${type}`, `Content-Length: ${CLAIMED}`];
      socket.write(`${head.join('\r\n')}\r\n\r\n${'x'.repeat(CLAIMED - 1)}`);
      socket.once('data', (answer: Buffer) => {
        resolve(Number(String(answer).split(' ')[1]));
      });
      socket.once('close', () => {
        resolve(0);
      });
    }
  });
  for (const socket of sockets) socket.destroy();
  return status;
}
