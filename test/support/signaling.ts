import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { CallLedger } from '../../src/modules/calls/call-ledger.service.js';
import { Presence } from '../../src/modules/realtime/ports/presence.js';
import { LOBBY_PEERS } from '../../src/modules/signaling/signaling.channels.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from './api.js';
import { type RunningApp, startApp } from './app.js';
import { witnessSocket } from './socket-witness.js';

export const CLIENTS = {
  '1.x': 'socket.io-client-1',
  '2.x': 'socket.io-client-2',
  '3.x': 'socket.io-client-3',
  '4.x': 'socket.io-client',
} as const;
export type ClientVersion = keyof typeof CLIENTS;

interface Socket {
  readonly id: string;
  readonly connected: boolean;
  on(event: string, listener: (...args: unknown[]) => void): void;
  emit(event: string, ...args: unknown[]): void;
  close(): void;
  disconnect(): void;
}

type Connect = (url: string, options: object) => Socket;

/** Every event that the server sends in this protocol. */
const EVENTS = [
  'connections',
  'add-connection',
  'remove-connection',
  'receive-invite',
  'invite-expired-receiver',
  'invite-expired-sender',
  'invite-accepted',
  'invite-declined',
  'room-is-already-set',
  'invitation-request',
  'create-peer',
  'remove-peer-connection',
  'toggle-mic',
  'toggle-video',
  'message',
  'candidate',
  'offer',
  'answer',
  'ice-servers',
  'error',
  'exception',
];

const PATIENCE_MS = 20_000;
const require = createRequire(import.meta.url);

export type Received = readonly [event: string, ...args: unknown[]];

/** A client of the signaling protocol. Received events wait in order until the test asks for them. */
export class SignalingClient {
  private readonly inbox: Received[] = [];
  private wake: (() => void) | undefined;

  private constructor(
    readonly socket: Socket,
    readonly sid: string,
  ) {
    for (const event of EVENTS) {
      socket.on(event, (...args) => {
        this.inbox.push([event, ...args]);
        this.wake?.();
      });
    }
  }

  static async open(url: string, version: ClientVersion = '4.x', options: object = {}): Promise<SignalingClient> {
    const connect = require(CLIENTS[version]) as Connect;
    const socket = connect(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
    witnessSocket(socket, url);
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', () => {
        resolve();
      });
      socket.on('connect_error', reject);
    });
    return new SignalingClient(socket, socket.id);
  }

  emit(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args);
  }

  async next(patienceMs = PATIENCE_MS): Promise<Received> {
    const deadline = Date.now() + patienceMs;
    while (this.inbox.length === 0 && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const received = this.inbox.shift();
    if (received === undefined) throw new Error('nothing came');
    return received;
  }

  /** Asserts that the next event is exactly this one. @returns its arguments */
  async expectNext(event: string, ...args: unknown[]): Promise<void> {
    const received = await this.next();
    if (!isDeepStrictEqual(received, [event, ...args])) {
      throw new Error(`expected ${JSON.stringify([event, ...args])}, received ${JSON.stringify(received)}`);
    }
  }

  /** Asserts that nothing comes, and that the server has handled everything it was sent. */
  async expectNothing(ms = 60): Promise<void> {
    await sleep(ms);
    if (this.inbox.length > 0) throw new Error(`unexpected ${JSON.stringify(this.inbox)}`);
  }

  /** Takes what has arrived so far. */
  drain(): Received[] {
    return this.inbox.splice(0);
  }

  close(): void {
    this.socket.close();
  }
}

/** JSON text of an invitation, as clients send and receive it. */
export const invite = (sender: SignalingClient | string, receiver: SignalingClient | string): string =>
  JSON.stringify({ sender_sid: sidOf(sender), receiver_sid: sidOf(receiver) });

const sidOf = (client: SignalingClient | string): string => (typeof client === 'string' ? client : client.sid);

/** The whole server, for transcripts of the signaling protocol. */
export class SignalingHarness {
  private readonly clients: SignalingClient[] = [];

  private constructor(
    readonly server: RunningApp,
    readonly api: Api,
    /** Access token of the admin. */
    readonly admin: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<SignalingHarness> {
    return SignalingHarness.on(await startApp({ ...ADMIN_ENV, REST_RATE: '0', ...env }));
  }

  /** Uses a server that is started and stopped elsewhere. */
  static async on(server: RunningApp): Promise<SignalingHarness> {
    const api = apiOf(server);
    const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
    return new SignalingHarness(server, api, accessToken);
  }

  async connect(version?: ClientVersion, options?: object): Promise<SignalingClient> {
    const client = await SignalingClient.open(this.server.url, version, options);
    this.clients.push(client);
    return client;
  }

  /** Peers with these names, who know each other and have received everything due. */
  async peers(names: readonly string[], version?: ClientVersion, options?: object): Promise<SignalingClient[]> {
    const clients = [];
    for (const name of names) {
      const client = await this.connect(version, options);
      client.emit('name', name);
      clients.push(client);
    }
    await this.settle(clients);
    return clients;
  }

  /**
   * Waits until everything that these clients have sent has been handled and its effects have been received.
   * @returns what each received, except for the lists requested here
   */
  async settle(clients: readonly SignalingClient[]): Promise<Received[][]> {
    const heard = clients.map((): Received[] => []);
    // Twice, since what the last client sent may reach the first.
    for (const [i, client] of [...clients.entries(), ...clients.entries()]) {
      client.emit('connections');
      for (;;) {
        const received = await client.next();
        if (received[0] === 'connections') break;
        heard[i]?.push(received);
      }
    }
    return heard;
  }

  /** `sender` calls `receiver`, who accepts; both have been told. @returns the room */
  async call(sender: SignalingClient, receiver: SignalingClient): Promise<string> {
    sender.emit('send-invitation', receiver.sid);
    await receiver.expectNext('receive-invite', invite(sender, receiver));
    receiver.emit('accept-invitation', invite(sender, receiver));
    await sender.expectNext('invite-accepted', invite(sender, receiver));
    const [, grown] = await sender.next();
    await receiver.expectNext('create-peer', grown);
    return (grown as { room_id: string }).room_id;
  }

  /** Calls in the ledger, the newest last. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely
  async calls(): Promise<any[]> {
    // Nodes write their reports with a delay.
    for (const node of this.server.nodes) await node.get(CallLedger).flush();
    return (await this.api('GET', 'calls?limit=200', { token: this.admin })).body.items;
  }

  /** Closes the sockets of a test; the lobby is empty afterwards. */
  async hangUp(): Promise<void> {
    for (const client of this.clients.splice(0)) client.close();
    const presence = this.server.app.get(Presence);
    while ((await presence.count(LOBBY_PEERS)) > 0) await sleep(5);
  }

  async close(): Promise<void> {
    await this.hangUp();
    await this.server.close();
  }
}
