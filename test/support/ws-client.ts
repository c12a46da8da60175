import { isDeepStrictEqual } from 'node:util';
import { type ClientOptions, WebSocket } from 'ws';
import { channelsAt, witnessText } from './frame-witness.js';

const PATIENCE_MS = 20_000;

/** A plain WebSocket client for transcripts. Received frames wait in order until the test asks for them. */
export class WsClient {
  private readonly inbox: string[] = [];
  private readonly channels: ReturnType<typeof channelsAt>;
  private readonly ended: Promise<{ code: number; reason: string }>;
  private end: { code: number; reason: string } | undefined;
  private wake: (() => void) | undefined;

  private constructor(readonly socket: WebSocket) {
    this.channels = channelsAt(socket.url);
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      witnessText(this.channels, 'sends', text);
      this.inbox.push(text);
      this.wake?.();
    });
    this.ended = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.end = { code, reason: reason.toString() };
        this.wake?.();
        resolve(this.end);
      });
    });
    socket.on('error', () => undefined);
  }

  /** Connects; rejects if the handshake is refused. */
  static async open(url: string, options: ClientOptions = {}, protocols: string[] = []): Promise<WsClient> {
    const client = new WsClient(new WebSocket(url, protocols, { perMessageDeflate: false, ...options }));
    await new Promise((resolve, reject) => client.socket.once('open', resolve).once('error', reject));
    return client;
  }

  /** Sends strings and buffers unchanged, anything else as JSON. */
  send(message: unknown): void {
    const frame = typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message);
    if (typeof frame === 'string') witnessText(this.channels, 'receives', frame);
    this.socket.send(frame);
  }

  /** The text of the next frame. @param ms how long to wait */
  async nextText(ms = PATIENCE_MS): Promise<string> {
    if (this.inbox.length === 0) await this.somethingHappens(ms);
    const text = this.inbox.shift();
    if (text === undefined) throw new Error(this.end ? `closed with ${this.end.code}` : 'no frame came');
    return text;
  }

  /** The next frame, parsed. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into frames freely
  async next(ms = PATIENCE_MS): Promise<any> {
    return JSON.parse(await this.nextText(ms));
  }

  /** Hands over all waiting frames, and then each one as it arrives. */
  hear(heard: (frame: unknown) => void): void {
    for (const text of this.inbox.splice(0)) heard(JSON.parse(text));
    this.socket.on('message', (data: Buffer) => {
      heard(JSON.parse(data.toString()));
    });
  }

  /** Asserts that the next frame is exactly this value. */
  async expectNext(value: unknown): Promise<void> {
    const frame: unknown = await this.next();
    if (!isDeepStrictEqual(frame, value)) {
      throw new Error(`expected ${JSON.stringify(value)}, received ${JSON.stringify(frame)}`);
    }
  }

  /** Asserts that no frame comes and that the socket stays open. */
  async expectNothing(ms = 100): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (this.inbox.length > 0) throw new Error(`unexpected frame ${String(this.inbox[0])}`);
    if (this.end) throw new Error(`closed with ${this.end.code}`);
  }

  /** Asserts that no frame comes before the close. @returns its code */
  async closeCode(): Promise<number> {
    const late = new Promise<never>((_resolve, reject) => {
      setTimeout(() => {
        reject(new Error(`not closed; waiting: ${this.inbox.join(' ').slice(0, 400)}`));
      }, PATIENCE_MS).unref();
    });
    const { code } = await Promise.race([this.ended, late]);
    if (this.inbox.length > 0) throw new Error(`unexpected frame before the close: ${String(this.inbox[0])}`);
    return code;
  }

  /** Closes from this side and waits for the end. */
  async close(): Promise<void> {
    this.socket.close();
    await this.ended;
  }

  private somethingHappens(ms: number): Promise<void> {
    if (this.end) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }
}
