import { createHash, randomUUID } from 'node:crypto';
import { type ClientOptions } from 'ws';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from './api.js';
import { type RunningApp, startApp } from './app.js';
import { WsClient } from './ws-client.js';

export interface TestUser {
  readonly id: string;
  /** The hash that proves its identity. */
  readonly hash: string;
}

export interface TestIota {
  readonly id: string;
  readonly token: string;
  readonly users: readonly TestUser[];
}

/** The ids of a list on the wire. */
export const ids = (list: string): string[] => list.split(',').filter(Boolean);

export const newUser = (): TestUser => ({
  id: randomUUID(),
  hash: createHash('sha256').update(randomUUID()).digest('hex'),
});

/** The whole server with a signed-in admin, for transcripts of the Omikron. */
export class OmikronHarness {
  private readonly sockets: WsClient[] = [];

  private constructor(
    readonly server: Pick<RunningApp, 'url' | 'wsUrl'>,
    private readonly call: Api,
    private readonly token: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<OmikronHarness & { readonly app: RunningApp }> {
    const app = await startApp({ ...ADMIN_ENV, REST_RATE: '0', ...env });
    return Object.assign(await OmikronHarness.on(app, () => app.close()), { app });
  }

  /** Uses a running server, whose first admin is `ADMIN`. */
  static async on(
    server: Pick<RunningApp, 'url' | 'wsUrl'>,
    stop: () => Promise<void> = () => Promise.resolve(),
  ): Promise<OmikronHarness> {
    const api = apiOf(server);
    const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
    return new OmikronHarness(server, api, accessToken, stop);
  }

  /** REST as the admin. */
  api(method: string, path: string, body?: unknown): ReturnType<Api> {
    return this.call(method, path, { token: this.token, ...(body !== undefined && { body }) });
  }

  /** An Iota in the directory with `count` users. */
  async iota(count = 1): Promise<TestIota> {
    const { status, body } = await this.api('POST', 'omikron/iotas', { name: 'An Iota' });
    if (status !== 201) throw new Error(`making an Iota answered ${status}: ${JSON.stringify(body)}`);
    const { iotaId, token } = body as { iotaId: string; token: string };
    const users = Array.from({ length: count }, newUser);
    for (const { id, hash } of users) {
      const made = await this.api('POST', `omikron/iotas/${iotaId}/profiles`, { userId: id, privateKeyHash: hash });
      if (made.status !== 201) throw new Error(`making a profile answered ${made.status}`);
    }
    return { id: iotaId, token, users };
  }

  async connect(path: string, options?: ClientOptions): Promise<WsClient> {
    const socket = await WsClient.open(this.server.wsUrl + path, options);
    this.sockets.push(socket);
    return socket;
  }

  /** An identified Iota. */
  async iotaSocket({ id, users }: TestIota, options?: ClientOptions): Promise<WsClient> {
    const socket = await this.connect('/ws/iota/', options);
    const { data } = await this.ask(socket, 'identification', {
      iota_id: id,
      user_ids: users.map((user) => `${user.id},`).join(''),
    });
    if (data.accepted !== users.length) throw new Error(`identification answered ${JSON.stringify(data)}`);
    return socket;
  }

  /** An identified client. @param iota its Iota's socket, which is told of the client */
  async client(user: TestUser, iota?: WsClient): Promise<WsClient> {
    const socket = await this.connect('/ws/client/');
    const { data } = await this.ask(socket, 'identification', { user_id: user.id, private_key_hash: user.hash });
    if (data.acceppted !== true) throw new Error(`identification answered ${JSON.stringify(data)}`);
    if (iota) await iota.next();
    return socket;
  }

  /** A caller. @returns it and the answer to its identification */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into frames freely
  async caller(user: TestUser, call: string, more: object = {}): Promise<{ socket: WsClient; answer: any }> {
    const socket = await this.connect('/ws/call/');
    const data = { call_id: call, user_id: user.id, private_key_hash: user.hash, ...more };
    return { socket, answer: await this.ask(socket, 'identification', data) };
  }

  /** Sends a message and takes the next frame as its answer, which must have the same id. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into frames freely
  async ask(socket: WsClient, type: string, data: object, more: object = {}): Promise<any> {
    const id = randomUUID();
    socket.send({ id, type, log: { message: '', log_level: 0 }, data, ...more });
    const answer = await socket.next();
    if (answer.id !== id) throw new Error(`the answer has another id: ${JSON.stringify(answer)}`);
    if (typeof answer.log?.message !== 'string' || typeof answer.log.log_level !== 'number') {
      throw new Error(`the answer has no log: ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  async hangUp(): Promise<void> {
    for (const socket of this.sockets.splice(0)) await socket.close();
  }

  async close(): Promise<void> {
    await this.hangUp();
    await this.stop();
  }
}
