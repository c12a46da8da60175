import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

interface Waiting {
  /** `null` for an upgrade, which takes the connection over. */
  readonly response: ServerResponse | null;
  readonly serve: () => void;
}

/** Requests that may wait on one connection; one read of the socket can bring half as many. */
const MOST_WAITING = 5_000;

/**
 * Makes pipelined requests on one connection take turns with other connections: each is served after the previous one
 * was answered (answers must leave in that order anyway), and in a later turn of the event loop. Node would start all
 * requests of one read at once.
 */
export class RequestTurns {
  /** Per connection, what waits behind the request being served. */
  private readonly busy = new WeakMap<Duplex, Waiting[]>();

  /** Runs before the listeners that the server has at this point. */
  precede(server: Server): void {
    const listeners = server.listeners('request') as Listener[];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      const serve = (): void => {
        for (const listener of listeners) listener.call(server, request, response);
      };
      this.enter(request.socket, { response, serve });
    });
  }

  /** Calls `takeOver` once the earlier requests on this connection have been answered. */
  afterAll(socket: Duplex, takeOver: () => void): void {
    this.enter(socket, { response: null, serve: takeOver });
  }

  private enter(socket: Duplex, request: Waiting): void {
    const waiting = this.busy.get(socket);
    if (waiting === undefined) {
      this.serve(socket, request, []);
      return;
    }
    waiting.push(request);
    if (waiting.length > MOST_WAITING) socket.destroy();
    else socket.pause();
  }

  private serve(socket: Duplex, { response, serve }: Waiting, waiting: Waiting[]): void {
    if (response !== null) {
      this.busy.set(socket, waiting);
      response.once('close', () => {
        this.next(socket, waiting);
      });
    }
    serve();
  }

  private next(socket: Duplex, waiting: Waiting[]): void {
    const request = waiting.shift();
    if (request === undefined) {
      this.busy.delete(socket);
      return;
    }
    setImmediate(() => {
      if (socket.destroyed) return;
      if (waiting.length === 0) socket.resume();
      if (request.response === null) this.busy.delete(socket);
      this.serve(socket, request, waiting);
    });
  }
}
