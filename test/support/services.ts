import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions } from 'ws';
import { ClusterQuery } from '../../src/modules/realtime/fan-out/cluster-query.js';
import { NodeIdentity } from '../../src/modules/realtime/node-identity.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from './api.js';
import { type RunningApp, startApp } from './app.js';
import { type ManualTime } from './manual-time.js';
import { WsClient } from './ws-client.js';

export const WELCOME = { type: 'server_connect', message: 'Welcome! Please provide a token.' };
export const INVALID = { type: 'server_error', message: 'Invalid token' };
export const MALFORMED = { type: 'server_error', message: 'Malformed message. Expected JSON.' };
export const ENDED = { type: 'server_disconnect', message: 'Session ended by host' };
export const KICKED = { type: 'server_disconnect', message: 'Kicked by new host' };
export const authorized = (role: string) => ({ type: 'server_authorized', message: `Authorized as ${role}` });
export const joined = (role: string, user: string) => ({ type: 'server_join', role, user });
export const left = (role: string, user: string) => ({ type: 'server_leave', role, user });

export interface TestService {
  readonly id: number;
  readonly title: string;
  readonly hostToken: string;
  readonly clientToken: string;
}

let titles = 0;

/** The whole server with a signed-in admin, for transcripts of the services protocol. */
export class ServicesHarness<S extends Pick<RunningApp, 'url' | 'wsUrl'> = RunningApp> {
  private readonly clients: WsClient[] = [];

  private constructor(
    readonly server: S,
    private readonly call: Api,
    private readonly token: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<ServicesHarness> {
    return ServicesHarness.on(await startApp({ ...ADMIN_ENV, REST_RATE: '0', ...env }));
  }

  /** Uses a running server with the admin of `ADMIN_ENV`. */
  static async on<S extends Pick<RunningApp, 'url' | 'wsUrl'>>(server: S): Promise<ServicesHarness<S>> {
    const api = apiOf(server);
    const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
    return new ServicesHarness(server, api, accessToken);
  }

  /** REST as the admin. */
  api(method: string, path: string, body?: unknown): ReturnType<Api> {
    return this.call(method, path, { token: this.token, ...(body !== undefined && { body }) });
  }

  async service(options: object = {}): Promise<TestService> {
    const { status, body } = await this.api('POST', 'services', { title: `Service ${++titles}`, ...options });
    if (status !== 201) throw new Error(`making a service answered ${status}: ${JSON.stringify(body)}`);
    return body as TestService;
  }

  /** A stranger that has been greeted. */
  async connect(options?: ClientOptions, path = '/ws/'): Promise<WsClient> {
    const client = await WsClient.open(this.server.wsUrl + path, options);
    this.clients.push(client);
    await client.expectNext(WELCOME);
    return client;
  }

  /** An authorized host. @returns it and its code, if the service has codes */
  async host(service: TestService, hasCode = false): Promise<{ host: WsClient; code: string }> {
    const host = await this.connect();
    host.send({ token: service.hostToken });
    await host.expectNext(authorized('host'));
    return { host, code: hasCode ? ((await host.next()) as { code: string }).code : '' };
  }

  async client(service: TestService, host?: WsClient): Promise<{ client: WsClient; user: string }> {
    const client = await this.connect();
    client.send({ token: service.clientToken });
    await client.expectNext(authorized('client'));
    return { client, user: host ? ((await host.next()) as { user: string }).user : '' };
  }

  async guest(code: string, host?: WsClient): Promise<{ guest: WsClient; user: string }> {
    const guest = await this.connect();
    guest.send({ token: code });
    await guest.expectNext(authorized('guest'));
    return { guest, user: host ? ((await host.next()) as { user: string }).user : '' };
  }

  /** Resolves when every node has heard of all others, up to two seconds after their start. */
  async nodesKnowEachOther(this: ServicesHarness): Promise<void> {
    const { nodes } = this.server;
    const names = nodes.map((node) => node.get(NodeIdentity).name);
    const isKnown = () => nodes.every((node) => names.every((name) => node.get(ClusterQuery).knows(name)));
    for (let i = 0; i < 500 && !isKnown(); i++) await sleep(20);
    if (!isKnown()) throw new Error('the nodes do not know each other');
  }

  /** Lets time pass, including for what several nodes keep in Redis, which has its own clock. */
  passes(this: ServicesHarness, time: ManualTime, ms: number): Promise<void> {
    return this.server.nodes.length === 1 ? time.passes(ms) : sleep(ms);
  }

  /** Closes the sockets of a test. */
  async hangUp(): Promise<void> {
    await Promise.all(this.clients.splice(0).map((client) => client.close()));
  }

  async close(this: ServicesHarness): Promise<void> {
    await this.hangUp();
    await this.server.close();
  }
}
