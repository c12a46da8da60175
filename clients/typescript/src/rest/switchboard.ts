import { createClient, createConfig, type Client } from './generated/client/index.js';
import { Sdk } from './generated/sdk.gen.js';
import { Login, type LoginOptions, type TokenPair } from './login.js';
import { errorOf } from './problem.js';
import { type OutgoingBytes, sendBytes } from './outgoing-bytes.js';
import { retrying, type RetryOptions, type Send } from './retrying-fetch.js';
import { whole } from './whole-answer.js';

export interface SwitchboardOptions extends LoginOptions {
  /** `https://switchboard.example.org` */
  readonly url: string;
  /** An application's key, for rooms and what belongs to them. */
  readonly apiKey?: string;
  /** A bearer token that is not refreshed, for example a machine key; instead of signing in. */
  readonly token?: string;
  readonly retry?: RetryOptions;
  /** Defaults to the global one. */
  readonly fetch?: typeof fetch;
}

/** REST v1. Methods are named after operation ids, return the body, and throw `SwitchboardProblem`. */
export class Switchboard extends Sdk {
  /** Without a trailing slash. */
  readonly url: string;
  private readonly login: Login;

  constructor(private readonly options: SwitchboardOptions) {
    const url = options.url.replace(/\/+$/, '');
    const client = createClient(createConfig({ baseUrl: url, throwOnError: true }));
    super({ client });
    this.url = url;
    bindMethods(this);
    const login = new Login((refreshToken) => this.auth.refresh({ body: { refreshToken } }), options);
    this.login = login;
    configure(client, options, login);
  }

  /** Signs a person in; later calls are made as that person. */
  async signIn(credentials: { email: string; password: string }) {
    const answer = await this.auth.login({ body: credentials });
    this.login.begin(answer);
    return answer.user;
  }

  /** Signs a person in with the code that the identity provider's sign-in returned after `#code=`. */
  async signInWithCode(code: string) {
    const answer = await this.oidc.exchange({ body: { code } });
    this.login.begin(answer);
    return answer.user;
  }

  /** Signs a device of a circle in. */
  async signInDevice(credentials: { username: string; password: string }) {
    const answer = await this.auth.deviceLogin({ body: credentials });
    this.login.begin(answer);
    return answer.device;
  }

  /** Ends the login on the server, including its sockets. */
  async signOut(): Promise<void> {
    await this.auth.logout();
    this.login.begin(undefined);
  }

  /** Continues with a pair from elsewhere, for example from another tab; `undefined` when that has signed out. */
  resume(tokens: TokenPair | undefined): void {
    this.login.begin(tokens);
  }

  /** An access token for sockets, refreshed if needed. @param refused one that the server no longer accepts */
  async accessToken(refused?: string): Promise<string | undefined> {
    const { token } = this.options;
    if (token !== undefined) return token === refused ? undefined : token;
    return refused === undefined ? this.login.accessToken() : this.login.replacementFor(refused);
  }

  /** Sends bytes with this login's token, once, and reports how many have been sent. For `uploadFile`. */
  async sendBytes(path: string, bytes: OutgoingBytes): Promise<Response> {
    const send = async (token: string | undefined) => {
      const headers = { ...bytes.headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) };
      return sendBytes(this.options.fetch ?? globalThis.fetch, this.url + path, { ...bytes, headers });
    };
    const token = await this.accessToken();
    const answer = await send(token);
    if (answer.status !== 401 || token === undefined) return answer;
    const fresh = await this.accessToken(token);
    return fresh === undefined ? answer : send(fresh);
  }
}

function configure(client: Client, options: SwitchboardOptions, login: Login): void {
  const { apiKey, token, retry, fetch: send = globalThis.fetch } = options;
  const bearer = () => token ?? login.accessToken();
  client.setConfig({
    auth: ({ scheme }) => (scheme === 'bearer' ? bearer() : apiKey),
    // The client always passes Request objects, never addresses.
    fetch: retrying(whole(refreshing((request) => send(request), login)), retry) as typeof fetch,
  });
  client.interceptors.error.use((error, response: Response | undefined) =>
    response === undefined ? error : errorOf(error, response.status),
  );
}

/** Repeats requests that were refused for their token, with a new one: they had no effect. */
function refreshing(send: Send, login: Login): Send {
  return async (request) => {
    const refused = /^Bearer (.+)$/.exec(request.headers.get('Authorization') ?? '')?.[1];
    if (refused === undefined) return send(request);
    const again = request.clone();
    const answer = await send(request);
    if (answer.status !== 401) return answer;
    const token = await login.replacementFor(refused);
    if (token === undefined) return answer;
    await answer.body?.cancel();
    again.headers.set('Authorization', `Bearer ${token}`);
    return send(again);
  };
}

/** So that methods can be passed on: `paginate(sdk.accounts.list)`. */
function bindMethods(sdk: Sdk): void {
  for (const name of Object.getOwnPropertyNames(Sdk.prototype)) {
    if (name === 'constructor') continue;
    const resource = Reflect.get(sdk, name) as Record<string, unknown>;
    for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(resource))) {
      const original = resource[method];
      if (method !== 'constructor' && typeof original === 'function') resource[method] = original.bind(resource);
    }
  }
}
