import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from './api.js';
import { type RunningApp, startApp } from './app.js';
import { sendBadly } from './frame-witness.js';
import { witnessSocket } from './socket-witness.js';

export const CLIENTS = {
  '1.x': 'socket.io-client-1',
  '2.x': 'socket.io-client-2',
  '3.x': 'socket.io-client-3',
  '4.x': 'socket.io-client',
} as const;
export type ClientVersion = keyof typeof CLIENTS;

interface Socket {
  on(event: string, listener: (...args: unknown[]) => void): void;
  emit(event: string, ...args: unknown[]): void;
  close(): void;
}
type Connect = (url: string, options: object) => Socket;

/** Every event that the server sends in this protocol. */
const EVENTS = [
  'success',
  'error',
  'exception',
  'circle_invite',
  'circle',
  'conversation',
  'message',
  'writing',
  'media',
  'webrtc_config',
  'webrtc_forward',
];
const PATIENCE_MS = 20_000;
const require = createRequire(import.meta.url);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into payloads freely
export type Received = readonly [event: string, payload: any];

/** A client of the circles protocol. Received events wait in order until the test asks for them. */
export class CirclesClient {
  private readonly inbox: Received[] = [];
  private wake: (() => void) | undefined;
  /** Reason of the disconnection, once it has happened. */
  disconnected: string | undefined;

  private constructor(readonly socket: Socket) {
    for (const event of EVENTS) {
      socket.on(event, (payload) => {
        this.inbox.push([event, payload]);
        this.wake?.();
      });
    }
    socket.on('disconnect', (reason) => {
      this.disconnected = String(reason);
      this.wake?.();
    });
  }

  static async open(url: string, version: ClientVersion = '4.x', options: object = {}): Promise<CirclesClient> {
    const connect = require(CLIENTS[version]) as Connect;
    const socket = connect(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
    witnessSocket(socket, url);
    const client = new CirclesClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', () => {
        resolve();
      });
      socket.on('connect_error', reject);
    });
    return client;
  }

  emit(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args);
  }

  /** Emits something that is in no contract. */
  emitBadly(event: string, ...args: unknown[]): void {
    sendBadly(() => {
      this.emit(event, ...args);
    });
  }

  /** Emits and asks for an acknowledgement. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into payloads freely
  ask(event: string, payload?: unknown): Promise<any> {
    return new Promise((resolve) => {
      this.socket.emit(event, ...(payload === undefined ? [] : [payload]), resolve);
    });
  }

  async next(patienceMs = PATIENCE_MS): Promise<Received> {
    const deadline = Date.now() + patienceMs;
    while (this.inbox.length === 0 && Date.now() < deadline) await this.somethingHappens(deadline - Date.now());
    const received = this.inbox.shift();
    if (received === undefined) throw new Error(`nothing came${this.disconnected ? ` (${this.disconnected})` : ''}`);
    return received;
  }

  /** Asserts that the next event is exactly this one. */
  async expectNext(event: string, payload: unknown): Promise<void> {
    const received = await this.next();
    if (!isDeepStrictEqual(received, [event, payload])) {
      throw new Error(`expected ${JSON.stringify([event, payload])}, received ${JSON.stringify(received)}`);
    }
  }

  /** Asserts that the next event has this name. @returns its payload */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into payloads freely
  async expect(event: string): Promise<any> {
    const received = await this.next();
    if (received[0] !== event) throw new Error(`expected ${event}, received ${JSON.stringify(received)}`);
    return received[1];
  }

  /** Asserts that nothing has arrived except the answer to a question that every socket may ask. */
  async expectQuiet(): Promise<void> {
    this.emit('webrtc_stun_info');
    const received = await this.next();
    if (received[0] !== 'webrtc_config' || !Array.isArray(received[1])) {
      throw new Error(`unexpected ${JSON.stringify(received)}`);
    }
  }

  /** Takes everything received and not yet looked at. */
  drain(): Received[] {
    return this.inbox.splice(0);
  }

  async untilDisconnected(): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS;
    while (this.disconnected === undefined && Date.now() < deadline) await this.somethingHappens(deadline - Date.now());
    if (this.disconnected === undefined) throw new Error('still connected');
    return this.disconnected;
  }

  async login(token: string): Promise<this> {
    this.emit('authenticate', { token });
    await this.expectNext('success', 'User authenticated');
    return this;
  }

  async joinConversation(id: number): Promise<this> {
    this.emit('join_conversation', { conversation_id: id });
    await this.expectNext('success', `Vous avez rejoins la conversation : conversation_${id}`);
    return this;
  }

  async joinCircle(id: number): Promise<this> {
    this.emit('join_circle', { circle_id: id });
    await this.expectNext('success', `Vous avez rejoins le cercle : circle_${id}`);
    return this;
  }

  private somethingHappens(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export interface Person {
  readonly id: number;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export interface Home {
  readonly id: number;
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

/**
 * A circle with its ADMIN `u1`, a member `u2`, a device `d`, a stranger `u3` and a conversation of `u1`, `u2` and `d`.
 */
export interface World {
  readonly u1: Person;
  readonly u2: Person;
  readonly u3: Person;
  readonly d: Home;
  readonly circle: number;
  readonly conversation: number;
}

let people = 0;

/** The whole server with helpers, for transcripts of the circles protocol. */
export class CirclesHarness {
  private readonly clients: CirclesClient[] = [];

  private constructor(
    readonly server: Pick<RunningApp, 'url'> & Partial<RunningApp>,
    readonly call: Api,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<CirclesHarness & { readonly server: RunningApp }> {
    const server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', ...env });
    return Object.assign(new CirclesHarness(server, apiOf(server)), { server });
  }

  static at(url: string): CirclesHarness {
    return new CirclesHarness({ url }, apiOf({ url }));
  }

  /** Calls REST as somebody, and throws unless it succeeds. @returns the body */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely
  async api(who: { token: string }, method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.call(method, path, { token: who.token, ...(body !== undefined && { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Status of a REST call as somebody. */
  async status(who: { token: string }, method: string, path: string, body?: unknown): Promise<number> {
    return (await this.call(method, path, { token: who.token, ...(body !== undefined && { body }) })).status;
  }

  async person(): Promise<Person> {
    const email = `p${process.pid}-${++people}@example.org`;
    const password = 'a good password';
    const account = { email, password, firstName: 'Per', lastName: 'Son', birthday: '1995-12-12' };
    const { status, body } = await this.call('POST', 'accounts', { body: account });
    if (status !== 201) throw new Error(`making an account answered ${status}: ${JSON.stringify(body)}`);
    return { id: body.id, email, password, token: await this.tokenOf(email, password) };
  }

  async admin(): Promise<Person> {
    const { accessToken, user } = await signIn(this.call, ADMIN.email, ADMIN.password);
    return { id: user.id, email: ADMIN.email, password: ADMIN.password, token: accessToken };
  }

  async tokenOf(email: string, password: string): Promise<string> {
    return (await signIn(this.call, email, password)).accessToken;
  }

  async deviceToken({ username, password }: { username: string; password: string }): Promise<string> {
    const { status, body } = await this.call('POST', 'auth/device-login', { body: { username, password } });
    if (status !== 200) throw new Error(`signing a device in answered ${status}: ${JSON.stringify(body)}`);
    return body.accessToken;
  }

  async device(admin: Person, circle: number): Promise<Home> {
    const { id, username, password } = await this.api(admin, 'POST', `circles/${circle}/devices`, { name: 'Box' });
    return { id, username, password, token: await this.deviceToken({ username, password }) };
  }

  async join(admin: Person, circle: number, who: Person): Promise<void> {
    const { id } = await this.api(admin, 'POST', `circles/${circle}/invites`, { email: who.email });
    await this.api(who, 'POST', `invites/${id}/accept`);
  }

  async conversation(admin: Person, circle: number, members: readonly Person[], deviceAccess = true): Promise<number> {
    const { id } = await this.api(admin, 'POST', `circles/${circle}/conversations`, {
      name: 'Holidays',
      memberIds: members.map((member) => member.id),
      deviceAccess,
    });
    return id;
  }

  async world(): Promise<World> {
    const [u1, u2, u3] = [await this.person(), await this.person(), await this.person()];
    const { id: circle } = await this.api(u1, 'POST', 'circles', { name: 'Family' });
    await this.join(u1, circle, u2);
    const d = await this.device(u1, circle);
    return { u1, u2, u3, d, circle, conversation: await this.conversation(u1, circle, [u2]) };
  }

  /** A connected stranger. */
  async connect(version?: ClientVersion, options?: object): Promise<CirclesClient> {
    const client = await CirclesClient.open(this.server.url, version, options);
    this.clients.push(client);
    return client;
  }

  /** Somebody's authenticated socket. */
  async socket(who: { token: string }, version?: ClientVersion, options?: object): Promise<CirclesClient> {
    return (await this.connect(version, options)).login(who.token);
  }

  /** Closes the sockets of a test. */
  hangUp(): void {
    for (const client of this.clients.splice(0)) client.socket.close();
  }

  async close(): Promise<void> {
    this.hangUp();
    await this.server.close?.();
  }
}
