import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A cable that can be cut: stands between a client and the server that `target` names. */
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

  /** Listens, from the second time on where it did before. */
  async open(port = this.port): Promise<this> {
    this.#server.listen(port, this.host);
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Refuses new connections and breaks those there are. */
  async cut(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Accepts, but nothing passes: a server that hangs. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
    for (const socket of this.#sockets) {
      if (frozen) socket.pause();
      else socket.resume();
    }
  }

  /** Passes on the next thing that holds `text`, and breaks instead of bringing the answer to it. */
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
