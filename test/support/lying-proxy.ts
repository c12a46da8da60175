import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

/** Replaces the n-th frame (from 1) from the server to a client: returns what is passed on instead. */
export type Lie = (frame: string, n: number) => readonly string[];

/** A proxy that passes everything on, but lies to the clients of rooms. */
export class LyingProxy {
  readonly #server = http.createServer((request, response) => {
    this.#forward(request, response);
  });
  readonly #sockets = new WebSocketServer({ server: this.#server });

  constructor(
    private readonly target: string,
    private readonly lie: Lie,
  ) {
    this.#sockets.on('connection', (client, { url }) => {
      this.#join(client, url ?? '');
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { method, headers, url } = request;
    const onwards = http.request(`${this.target}${url ?? ''}`, { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onwards.on('error', () => response.destroy());
    request.pipe(onwards);
  }

  #join(client: WebSocket, path: string): void {
    const upstream = new WebSocket(this.target.replace('http', 'ws') + path);
    const early: string[] = [];
    let n = 0;
    client.on('message', (data: Buffer) => {
      if (upstream.readyState === WebSocket.OPEN) upstream.send(data.toString());
      else early.push(data.toString());
    });
    upstream.on('open', () => {
      for (const frame of early) upstream.send(frame);
    });
    upstream.on('message', (data: Buffer) => {
      for (const frame of this.lie(data.toString(), ++n)) client.send(frame);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        other.terminate();
      });
    }
  }
}
