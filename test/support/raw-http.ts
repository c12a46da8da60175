import net from 'node:net';

/**
 * One HTTP/1.1 exchange, for what fetch would not send. @param head of the request, without its last line break
 * @returns the complete answer
 */
export function raw({ url }: { readonly url: string }, head: string, body = '', connection = 'close'): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => {
      socket.write(`${head}\r\nConnection: ${connection}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
      if (connection !== 'close') socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}
