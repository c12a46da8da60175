import { randomBytes } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';

export interface FrameOptions {
  readonly final?: boolean;
  readonly masked?: boolean;
  /** Bits of the first byte besides opcode and FIN, e.g. 0x40. */
  readonly reserved?: number;
  /** A length that is declared instead of the payload's. */
  readonly claimed?: bigint;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
const PONG = 10;

/** One client frame, following RFC 6455 or violating it. */
export function frame(opcode: number, payload: Buffer | string, options: FrameOptions = {}): Buffer {
  const { final = true, masked = true, reserved = 0, claimed } = options;
  const bytes = Buffer.from(payload);
  const length = claimed ?? BigInt(bytes.length);
  const head = Buffer.from([(final ? 0x80 : 0) | reserved | opcode, masked ? 0x80 : 0]);
  const size = lengthBytes(length);
  head[1] = (head[1] ?? 0) | size.marker;
  if (!masked) return Buffer.concat([head, size.more, bytes]);
  const mask = randomBytes(4);
  return Buffer.concat([head, size.more, mask, bytes.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}

function lengthBytes(length: bigint): { readonly marker: number; readonly more: Buffer } {
  if (length < 126n) return { marker: Number(length), more: Buffer.alloc(0) };
  const more = Buffer.alloc(length < 65_536n ? 2 : 8);
  if (more.length === 2) more.writeUInt16BE(Number(length));
  else more.writeBigUInt64BE(length);
  return { marker: more.length === 2 ? 126 : 127, more };
}

/** The result of a script. */
export interface Outcome {
  /** Status of the HTTP answer; 0 when there was none. */
  readonly status: number;
  /** Code of the close frame; 1006 when the connection ended without one, `null` when it is still open. */
  readonly close: number | null;
  /** Whether a ping sent after everything else was answered. */
  readonly alive: boolean;
}

export interface Script {
  /** The request target. */
  readonly path: string;
  /** Sent instead of the handshake request. */
  readonly request?: Buffer;
  /** Sent after the handshake, as one write. */
  readonly then?: Buffer;
  /** Milliseconds after which the outcome is final. */
  readonly patienceMs: number;
  /** Hangs up right after sending. */
  readonly hangUp?: boolean;
}

/** Opens a connection and sends exactly these bytes. Never rejects: no connection at all is status 0 and close 1006. */
export function perform(url: URL, script: Script): Promise<Outcome> {
  const secure = url.protocol === 'wss:' || url.protocol === 'https:';
  const at = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (secure ? 443 : 80)) };
  const socket = secure ? tls.connect({ ...at, servername: at.host }) : net.connect(at);
  return new Promise((resolve) => {
    const reader = new AnswerReader();
    let sent = false;
    const end = (close: number | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ status: reader.status, close: reader.close ?? close, alive: reader.alive });
    };
    const timer = setTimeout(() => {
      end(null);
    }, script.patienceMs);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.write(script.request ?? handshake(url, script.path));
    });
    socket.on('data', (data: Buffer) => {
      reader.take(data);
      if (reader.status === 101 && !sent) {
        sent = true;
        socket.write(Buffer.concat([script.then ?? Buffer.alloc(0), frame(PING, 'alive?')]));
        if (script.hangUp) end(1006);
      } else if (reader.close !== undefined || reader.alive || (reader.status !== 0 && reader.status !== 101)) {
        end(null);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      end(1006);
    });
  });
}

function handshake(url: URL, path: string): string {
  const key = randomBytes(16).toString('base64');
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    '\r\n',
  ].join('\r\n');
}

/** Finds the status line, then close and pong among the frames. */
class AnswerReader {
  status = 0;
  close: number | undefined;
  alive = false;
  #rest: Buffer = Buffer.alloc(0);
  #open = false;

  take(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    if (!this.#open) this.#head();
    if (this.#open) while (this.#frame());
  }

  #head(): void {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(this.#rest.toString('latin1', 0, end))?.[1] ?? 0);
    this.#open = this.status === 101;
    this.#rest = this.#rest.subarray(end + 4);
  }

  /** Takes one whole server frame, which is never masked. @returns whether there was one */
  #frame(): boolean {
    const [first, second] = this.#rest;
    if (first === undefined || second === undefined) return false;
    const short = second & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#rest.length < head) return false;
    const length =
      short < 126 ? short : short === 126 ? this.#rest.readUInt16BE(2) : Number(this.#rest.readBigUInt64BE(2));
    if (this.#rest.length < head + length) return false;
    const opcode = first & 0x0f;
    if (opcode === CLOSE) this.close = length >= 2 ? this.#rest.readUInt16BE(head) : 1005;
    if (opcode === PONG) this.alive = true;
    this.#rest = this.#rest.subarray(head + length);
    return true;
  }
}
