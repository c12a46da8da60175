import { Agent, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { makeSessionId, workerOfSession } from './session-ids.js';
import { describePeer, PEER_HEADER } from './peer-header.js';

/** Headers that belong to one connection, not to what travels over it. */
const HOP_HEADERS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'expect', PEER_HEADER]);
/** Passed-on upgrades keep the other hop headers, because those make the upgrade. */
const NOT_PASSED_UPGRADING: ReadonlySet<string> = new Set([PEER_HEADER]);

const BAD_GATEWAY = 502;

/**
 * The other workers behind the same port. Any of them may receive the next request of a polling session, and passes it
 * through a private door to the worker that has the session.
 */
export class Siblings {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly tunnels = new Set<Duplex>();

  /**
   * @param self number of this worker
   * @param doors where each worker can be reached, by its number
   */
  constructor(
    private readonly self: number,
    private readonly doors: readonly string[],
  ) {}

  makeSessionId(): string {
    return makeSessionId(this.self);
  }

  /** The door of the worker whose session `request` belongs to; `undefined` when that is this worker, or none. */
  doorFor(request: IncomingMessage): string | undefined {
    const sid = sessionOf(request.url ?? '');
    const worker = sid === undefined ? undefined : workerOfSession(sid);
    return worker === undefined || worker === this.self ? undefined : this.doors[worker];
  }

  /**
   * Passes the request to the sibling, which answers it.
   * @param otherwise called with the request untouched when the sibling is away
   */
  pass(door: string, request: IncomingMessage, response: ServerResponse, otherwise: () => void): void {
    // Placed first, because with too many headers the last ones are not read.
    const headers = [PEER_HEADER, describePeer(request), ...passedHeaders(request, HOP_HEADERS)];
    const passed = httpRequest({
      socketPath: door,
      agent: this.agent,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers,
      setHost: false,
    });
    passed.on('response', (answer) => {
      response.sendDate = false;
      response.writeHead(
        answer.statusCode ?? BAD_GATEWAY,
        answer.statusMessage ?? '',
        passedHeaders(answer, HOP_HEADERS),
      );
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    passed.on('error', () => {
      if (response.headersSent || request.readableDidRead) response.destroy();
      else otherwise();
    });
    response.once('close', () => passed.destroy());
    // Read only once the sibling is connected: until then the request is still whole.
    passed.once('socket', (socket: Socket) => {
      const send = (): void => void request.pipe(passed);
      if (socket.connecting) socket.once('connect', send);
      else send();
    });
  }

  /** Passes on the WebSocket upgrade of a session that the sibling has. */
  passUpgrade(door: string, request: IncomingMessage, socket: Duplex, head: Buffer, otherwise: () => void): void {
    const upstream = connect(door);
    const refuse = (): void => {
      upstream.destroy();
      otherwise();
    };
    upstream.once('error', refuse);
    upstream.once('connect', () => {
      upstream.off('error', refuse);
      // The socket is gone already, so no event would end the tunnel.
      if (socket.destroyed) {
        upstream.destroy();
        return;
      }
      upstream.write(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
      this.tunnel(socket, upstream);
    });
  }

  /** Ends everything that still passes through here. */
  close(): void {
    this.agent.destroy();
    for (const end of this.tunnels) end.destroy();
  }

  private tunnel(near: Duplex, far: Duplex): void {
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.tunnels.add(end);
      end.on('error', () => other.destroy());
      end.once('close', () => {
        this.tunnels.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  }
}

/** Flat: name, value, name, value. */
function passedHeaders({ rawHeaders }: IncomingMessage, without: ReadonlySet<string>): string[] {
  const passed: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (!without.has(name.toLowerCase())) passed.push(name, rawHeaders[i + 1] as string);
  }
  return passed;
}

function headOf(request: IncomingMessage): string {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`];
  lines.push(`${PEER_HEADER}: ${describePeer(request)}`);
  const headers = passedHeaders(request, NOT_PASSED_UPGRADING);
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i] ?? ''}: ${headers[i + 1] ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function sessionOf(url: string): string | undefined {
  const start = url.indexOf('?');
  // Like Engine.IO, take the last of several.
  return start < 0 ? undefined : new URLSearchParams(url.slice(start + 1)).getAll('sid').at(-1);
}
