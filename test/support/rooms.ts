import { type ClientOptions } from 'ws';
import { ADMIN, ADMIN_ENV, type Api, type ApiAnswer, apiOf, signIn } from './api.js';
import { type RunningApp, startApp } from './app.js';
import { WsClient } from './ws-client.js';

export interface TestApplication {
  readonly id: number;
  readonly name: string;
  readonly apiKey: string;
}

export interface TestEndpoint {
  readonly code: string;
  readonly room: string;
  readonly permissions: string;
  readonly identity: string;
}

export type Permissions = 'read' | 'write' | 'readwrite';

let applications = 0;

/** The whole server with a signed-in admin, for transcripts of rooms. */
export class RoomsHarness {
  private readonly clients: WsClient[] = [];

  private constructor(
    readonly server: Pick<RunningApp, 'url' | 'wsUrl'>,
    readonly call: Api,
    private readonly token: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<RoomsHarness & { readonly app: RunningApp }> {
    const app = await startApp({ ...ADMIN_ENV, REST_RATE: '0', ...env });
    return Object.assign(await RoomsHarness.on(app, () => app.close()), { app });
  }

  /** Uses a running server, whose first admin is `ADMIN`. */
  static async on(
    server: Pick<RunningApp, 'url' | 'wsUrl'>,
    stop: () => Promise<void> = () => Promise.resolve(),
  ): Promise<RoomsHarness> {
    const api = apiOf(server);
    const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
    return new RoomsHarness(server, api, accessToken, stop);
  }

  /** REST as the admin. */
  admin(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    return this.call(method, path, { token: this.token, ...(body !== undefined && { body }) });
  }

  /** REST as an application. */
  as(application: { apiKey: string }, method: string, path: string, body?: unknown, headers = {}): Promise<ApiAnswer> {
    return this.call(method, path, {
      headers: { 'api-key': application.apiKey, ...headers },
      ...(body !== undefined && { body }),
    });
  }

  async application(name = `Application ${++applications}`): Promise<TestApplication> {
    return this.expect(201, this.admin('POST', 'applications', { name }));
  }

  async room(application: TestApplication, name: string, options: object = {}): Promise<void> {
    await this.expect(201, this.as(application, 'POST', 'rooms', { name, ...options }));
  }

  endpoint(
    application: TestApplication,
    room: string,
    permissions: Permissions = 'readwrite',
    identity = 'someone',
    options: object = {},
  ): Promise<TestEndpoint> {
    const body = { permissions, identity, ...options };
    return this.expect(201, this.as(application, 'POST', `rooms/${room}/endpoints`, body));
  }

  /** A socket of an endpoint; `query` as in `?acks=1`. */
  async connect({ code }: { code: string }, query = '', options?: ClientOptions): Promise<WsClient> {
    const client = await WsClient.open(`${this.server.wsUrl}/ws/endpoint/${code}/${query}`, options);
    this.clients.push(client);
    return client;
  }

  /** A socket with a token or ticket; with neither if `undefined`. */
  async named(room: string, proof: string | undefined, query = ''): Promise<WsClient> {
    const protocols = proof === undefined ? [] : ['switchboard.v1', `bearer.${proof}`];
    const client = await WsClient.open(`${this.server.wsUrl}/ws/room/${room}/${query}`, {}, protocols);
    this.clients.push(client);
    return client;
  }

  async ticket(application: { apiKey: string }, wish: object = {}): Promise<string> {
    const { ticket } = await this.expect<{ ticket: string }>(201, this.as(application, 'POST', 'tickets', wish));
    return ticket;
  }

  /** An issuer of the application, for tokens signed with `key`. @returns its id */
  async issuer(
    application: TestApplication,
    issuer: string,
    key: { algorithm: string; publicJwk: object },
  ): Promise<number> {
    const wish = { issuer, algorithm: key.algorithm, jwks: key.publicJwk };
    const path = `applications/${application.id}/token-issuers`;
    return (await this.expect<{ id: number }>(201, this.as(application, 'POST', path, wish))).id;
  }

  /** An endpoint with a socket. */
  async member(
    application: TestApplication,
    room: string,
    permissions: Permissions = 'readwrite',
    identity = 'someone',
    query = '',
  ): Promise<WsClient> {
    return this.connect(await this.endpoint(application, room, permissions, identity), query);
  }

  /** Calls a legacy route as its clients do. */
  async legacy(
    path: string,
    apiKey?: string,
    init: RequestInit = {},
  ): Promise<{ status: number; type: string | null; text: string; headers: Headers }> {
    const response = await fetch(this.server.url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(apiKey !== undefined && { 'API-KEY': apiKey }), ...(init.headers as Record<string, string>) },
    });
    const { status, headers } = response;
    return { status, type: headers.get('content-type'), text: await response.text(), headers };
  }

  /** Closes the sockets made so far. */
  async hangUp(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.close();
  }

  async close(): Promise<void> {
    await this.hangUp();
    await this.stop();
  }

  private async expect<T>(status: number, answer: Promise<ApiAnswer>): Promise<T> {
    const { status: got, body } = await answer;
    if (got !== status) throw new Error(`answered ${got}: ${JSON.stringify(body)}`);
    return body as T;
  }
}

/** The next `count` frames of a room socket. */
export async function take(client: WsClient, count: number): Promise<RoomFrame[]> {
  const frames: RoomFrame[] = [];
  for (let i = 0; i < count; i++) frames.push((await client.next()) as RoomFrame);
  return frames;
}

export interface RoomFrame {
  readonly message: unknown;
  readonly identity: string;
  readonly timestamp: string;
  readonly offset: number;
  readonly epoch: string;
}
