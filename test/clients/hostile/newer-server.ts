import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { type WebSocket, WebSocketServer } from 'ws';

const LATER = { since: 'version 9', nested: { more: [1, null] } };
const UNKNOWN = [{ event: 'moved', ...LATER }, { ...LATER }, { notice: 'of version 9' }];
const MESSAGE = { message: 1, identity: 'ann', timestamp: 't', offset: 1, epoch: 'e', ...LATER };
const NEWS: Readonly<Record<string, object>> = {
  iota: { type: 'client_connected', data: { user_id: 'u', ...LATER } },
  client: { type: 'new_call', data: { call_id: 'c', sender_id: 's', receiver_id: 'r', call_secret: 'x', ...LATER } },
  call: { type: 'client_connected', data: { user_id: 'u', call_state: 'muted', user_state: 'online', ...LATER } },
};

/** Speaks all wire formats like a future version: with unknown members in everything, and unknown events for everybody. */
export class NewerServer {
  private readonly http = createServer((request, response) => {
    if (request.url?.startsWith('/sse/') === true) stream(response);
    else
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'ok', ...LATER }));
  });
  private readonly plain = new WebSocketServer({ noServer: true });
  private readonly io = new Server();

  private constructor() {
    this.io.attach(this.http, { destroyUpgrade: false, allowUpgrades: false });
    this.io.on('connection', (socket) => {
      // Unknown in the lobby; in circles it says that the handshake's token was accepted.
      if ('token' in socket.handshake.auth) socket.emit('success', 'User authenticated', LATER);
      socket.emit('version-9', LATER);
      socket.emit('add-connection', JSON.stringify({ sid: 's', name: 'Bob', ...LATER }));
      socket.emit('message', {
        ...{ conversation_id: 3, message: { id: 1, content: 'hi', ...LATER }, status: 'done', ...LATER },
      });
      socket.onAny((_event, ...args: unknown[]) => {
        const ack = args.at(-1);
        if (typeof ack === 'function') ack({ ok: true, message_id: 2, message: 'done', ...LATER });
      });
    });
    this.http.on('upgrade', (request, socket, head) => {
      const path = request.url ?? '';
      if (path.startsWith('/socket.io/')) return;
      this.plain.handleUpgrade(request, socket, head, (ws) => {
        const say = (frame: object) => {
          ws.send(JSON.stringify(frame));
        };
        if (path.startsWith('/ws/endpoint/')) room(ws, say);
        else if (path === '/ws/') service(ws, say);
        else omikron(path.split('/')[2] ?? '', ws, say);
      });
    });
  }

  static async start(): Promise<NewerServer> {
    const server = new NewerServer();
    server.http.listen(0, '127.0.0.1');
    await once(server.http, 'listening');
    return server;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const each of this.plain.clients) each.terminate();
    await this.io.close();
  }
}

type Say = (frame: object) => void;

function on(ws: WebSocket, heard: (frame: Record<string, unknown>) => void): void {
  ws.on('message', (data: Buffer) => {
    heard(JSON.parse(data.toString()) as Record<string, unknown>);
  });
}

function room(ws: WebSocket, say: Say): void {
  for (const frame of [{ recovered: true, offset: 1, epoch: 'e', ...LATER }, ...UNKNOWN, MESSAGE]) say(frame);
  on(ws, ({ id }) => {
    say({ ack: id, offset: 2, epoch: 'e', ...LATER });
  });
}

function service(ws: WebSocket, say: Say): void {
  say({ type: 'server_connect', message: 'Hello', ...LATER });
  ws.once('message', () => {
    say({ type: 'server_authorized', message: 'Yes', ...LATER });
    for (const frame of UNKNOWN) say(frame);
    say({ type: 'server_join', role: 'robot', user: '3274d5', ...LATER });
  });
}

function omikron(kind: string, ws: WebSocket, say: Say): void {
  on(ws, ({ id, type }) => {
    if (type !== 'identification') return;
    const data = { accepted: true, acceppted: true, accepted_profiles: 'u', denid_profiles: '', ...LATER };
    say({ id, type: 'identification_response', data, ...LATER });
    for (const frame of [...UNKNOWN, { type: 'version_9', ...LATER }, { ...NEWS[kind], ...LATER }]) say(frame);
  });
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const frame of UNKNOWN)
    response.write(`event: version-9\nretry: 5\ncolour: red\ndata: ${JSON.stringify(frame)}\n\n`);
  response.write(`id: e:1\ndata: ${JSON.stringify(MESSAGE)}\n\n`);
}
