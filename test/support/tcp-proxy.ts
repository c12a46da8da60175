import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A cable that can be cut, between a client and the server at `target`. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => {
    this.#join(client);
  });
  #frozen = false;
  #losing: string | undefined;
  port = 0;

  /** @param host the loopback address it listens on */
  constructor(
    private readonly target: URL,
    private readonly host = '127.0.0.1',
  ) {}

  /** `target` with the address of the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `${this.host}:${this.port}`;
    return url.href;
  }

  /** Listens, always on the same port after the first time. */
  async open(port = this.port): Promise<this> {
    this.#server.listen(port, this.host);
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Refuses new connections and breaks existing ones. */
  async cut(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Accepts connections but passes nothing on, like a server that hangs. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
    for (const socket of this.#sockets) {
      if (frozen) socket.pause();
      else socket.resume();
    }
  }

  /** Passes on the next data that contains `text`, then breaks the connection instead of delivering the answer. */
  loseAnswerTo(text: string): void {
    this.#losing = text;
  }

  #join(client: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    client.on('data', (data) => {
      if (this.#losing === undefined || !data.includes(this.#losing)) return;
      this.#losing = undefined;
      upstream.removeAllListeners('data').once('data', () => client.destroy());
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (data) => to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#frozen) from.pause();
    }
  }
}
