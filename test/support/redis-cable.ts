import { type TestRedis } from './redis.js';
import { TcpProxy } from './tcp-proxy.js';

/** Loopback addresses in use; the first is that of the servers themselves. */
let lastAddress = 1;

/**
 * One node's cable to all servers of `redis`. It listens on its own loopback address, at the servers' ports, so it also
 * works for servers that a cluster names, as long as the cluster names only ports.
 */
export class RedisCable {
  private readonly host = `127.0.0.${++lastAddress}`;
  private readonly proxies: readonly TcpProxy[];
  readonly url: string;

  constructor(private readonly redis: TestRedis) {
    this.proxies = redis.servers.map(({ port }) => new TcpProxy(new URL(`redis://127.0.0.1:${port}`), this.host));
    this.url = redis.url.replaceAll('127.0.0.1', this.host);
  }

  async open(): Promise<this> {
    await Promise.all(this.proxies.map((proxy, n) => proxy.open(this.redis.servers[n]?.port)));
    return this;
  }

  async cut(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.cut()));
  }

  freeze(frozen: boolean): void {
    for (const proxy of this.proxies) proxy.freeze(frozen);
  }
}
