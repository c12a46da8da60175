import { randomBytes } from 'node:crypto';
import net from 'node:net';

/** A masked client frame; `opcode` 1 = text, 8 = close, 9 = ping, 10 = pong. */
export function clientFrame(payload: Buffer | string, opcode = 1, fin = true): Buffer {
  const body = Buffer.from(payload);
  const mask = randomBytes(4);
  const length = body.length;
  const header =
    length < 126
      ? Buffer.from([0, 0x80 | length])
      : length < 65_536
        ? Buffer.from([0, 0x80 | 126, length >> 8, length & 255])
        : Buffer.concat([
            Buffer.from([0, 0x80 | 127, 0, 0, 0, 0]),
            Buffer.from(Uint32Array.of(length).buffer).swap32(),
          ]);
  header[0] = (fin ? 0x80 : 0) | opcode;
  return Buffer.concat([header, mask, body.map((byte, i) => byte ^ (mask[i & 3] as number))]);
}

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A WebSocket by hand over TCP, for what well-behaved clients never do: pipelining, half frames, silence. */
export class RawWebSocket {
  readonly frames: RawFrame[] = [];
  /** Texts of the text frames. */
  readonly texts: string[] = [];
  /** The code of the close frame, once it has arrived. */
  closeCode: number | undefined;
  head = '';
  ended = false;
  /** The number of chunks read from the socket. */
  chunks = 0;
  private buffer = Buffer.alloc(0);
  private upgraded = false;
  private waiters: (() => void)[] = [];

  private constructor(readonly socket: net.Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks++;
      this.buffer = Buffer.concat([this.buffer, chunk]);
      this.parse();
      this.wake();
    });
    socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
    socket.on('error', () => undefined);
  }

  /** Connects and sends the upgrade request, followed by `extra` in the same packet. */
  static async open(
    port: number,
    path: string,
    extra: Buffer = Buffer.alloc(0),
    headers: string[] = [],
  ): Promise<RawWebSocket> {
    const socket = net.connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const raw = new RawWebSocket(socket);
    const request = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...headers,
      '',
      '',
    ].join('\r\n');
    socket.write(Buffer.concat([Buffer.from(request), extra]));
    return raw;
  }

  get status(): number {
    return Number(this.head.split(' ')[1]);
  }

  async until(condition: (raw: this) => boolean, ms = 5_000): Promise<void> {
    const deadline = Date.now() + ms;
    while (!condition(this)) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`still waiting: ${this.head.slice(0, 80)} ${this.texts.join(' ').slice(0, 400)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }

  private parse(): void {
    if (!this.upgraded) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.buffer.toString('latin1', 0, end);
      this.buffer = this.buffer.subarray(end + 4);
      this.upgraded = true;
    }
    if (this.status !== 101) return;
    while (this.parseFrame());
  }

  private parseFrame(): boolean {
    if (this.buffer.length < 2) return false;
    let length = this.buffer.readUInt8(1) & 127;
    let start = 2;
    if (length === 126) {
      if (this.buffer.length < 4) return false;
      length = this.buffer.readUInt16BE(2);
      start = 4;
    } else if (length === 127) {
      if (this.buffer.length < 10) return false;
      length = Number(this.buffer.readBigUInt64BE(2));
      start = 10;
    }
    if (this.buffer.length < start + length) return false;
    this.take({ opcode: this.buffer.readUInt8(0) & 15, payload: this.buffer.subarray(start, start + length) });
    this.buffer = this.buffer.subarray(start + length);
    return true;
  }

  private take(frame: RawFrame): void {
    const { opcode, payload } = frame;
    this.frames.push(frame);
    if (opcode === 1) this.texts.push(payload.toString());
    if (opcode === 8) this.closeCode ??= payload.length < 2 ? 1005 : payload.readUInt16BE(0);
  }
}
