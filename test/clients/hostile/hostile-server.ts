import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What a server can do, but never should. */
export const MISDEEDS = [
  'is no HTTP server',
  'hangs up at once',
  'sends garbage',
  'sends binary garbage',
  'sends a reserved frame',
  'closes in the middle of a frame',
  'answers with a page',
  'answers 413',
  'answers 429',
  'answers 503',
] as const;
export type Misdeed = (typeof MISDEEDS)[number];

const GARBAGE = ['no JSON', '7', '[[[[', '{"type":'];
const HALF = '{"message":"never to be heard","identity":';

/** An address at which a server misbehaves, is down, or is the one at `upstream`. */
export class HostileServer {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => {
    this.sockets.add(socket.on('error', () => socket.destroy()));
    socket.once('close', () => this.sockets.delete(socket));
    void this.meet(socket);
  });
  private misdeed: Misdeed | undefined;
  private port = 0;
  /** Connections since its behaviour last changed. */
  tries = 0;

  constructor(private readonly upstream: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** @param misdeed undefined for none: connections reach the server behind it */
  async behave(misdeed?: Misdeed): Promise<void> {
    await this.leave();
    this.misdeed = misdeed;
    this.tries = 0;
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Stops listening, and cuts existing connections. */
  async leave(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async meet(socket: Socket): Promise<void> {
    this.tries++;
    const { misdeed } = this;
    if (misdeed === undefined) {
      const upstream = connect(this.upstream, '127.0.0.1').on('error', () => socket.destroy());
      this.sockets.add(upstream.once('close', () => socket.destroy()));
      socket.once('close', () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    } else if (misdeed === 'hangs up at once') socket.destroy();
    else if (misdeed === 'is no HTTP server') socket.end('220 mail.example.org ESMTP\r\n');
    else {
      const [head] = (await once(socket, 'data')) as [Buffer];
      misbehave(misdeed, head.toString('latin1'), socket);
    }
  }
}

function misbehave(misdeed: Misdeed, head: string, socket: Socket): void {
  const status = /^answers (\d+)$/.exec(misdeed)?.[1];
  const key = /^sec-websocket-key: (.+)\r$/im.exec(head)?.[1];
  if (status !== undefined)
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}`);
  else if (misdeed === 'answers with a page') {
    socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>');
  } else if (key !== undefined) inWebSocket(misdeed, key, socket, head.includes('/socket.io/'));
  else inBody(misdeed, /^accept: text\/event-stream/im.test(head), socket);
}

function inWebSocket(misdeed: Misdeed, key: string, socket: Socket, isEngine: boolean): void {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const upgrade = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n\r\n`);
  // Engine.IO's client treats binary as data, and waits twenty seconds for more.
  if (misdeed === 'sends binary garbage' && !isEngine) socket.write(frame(2, '\0\xff\xfe'));
  else if (misdeed === 'sends a reserved frame') socket.write(frame(7, 'x'));
  else if (misdeed === 'closes in the middle of a frame') {
    socket.write(frame(1, HALF).subarray(0, -5), () => socket.destroy());
  } else for (const text of GARBAGE) socket.write(frame(1, text));
}

function inBody(misdeed: Misdeed, isStream: boolean, socket: Socket): void {
  const type = isStream ? 'text/event-stream' : 'application/json';
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const text = isStream ? GARBAGE.map((each) => `event: ${each}\ndata: ${each}\n\n`).join('') : GARBAGE.join('');
  const isCut = misdeed === 'closes in the middle of a frame';
  const chunk = isCut ? `data: ${HALF}` : text;
  const body = `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`;
  socket.write(isCut ? body.slice(0, -5) : `${body}0\r\n\r\n`, () => socket.destroy());
}

/** A short WebSocket frame. */
function frame(opcode: number, text: string): Buffer {
  const data = Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.from([0x80 | opcode, data.length]), data]);
}
