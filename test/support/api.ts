import { type RunningApp } from './app.js';

export const ADMIN = { email: 'admin@example.org', password: 'an admin password' } as const;

/** Variables that give the first admin a known password. */
export const ADMIN_ENV = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password } as const;

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `undefined` if the answer is empty. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely
  readonly body: any;
}

export interface ApiCall {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** Calls REST v1: `call('POST', 'auth/login', {body})`. A string body is sent unchanged. */
export function apiOf(server: Pick<RunningApp, 'url'>) {
  return async (method: string, path: string, { body, token, headers }: ApiCall = {}): Promise<ApiAnswer> => {
    const response = await fetch(path.startsWith('/') ? server.url + path : `${server.url}/api/v1/${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
}

export type Api = ReturnType<typeof apiOf>;

export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: { readonly id: number; readonly email: string };
}

export async function signIn(api: Api, email: string, password: string): Promise<Session> {
  const { status, body } = await api('POST', 'auth/login', { body: { email, password } });
  if (status !== 200) throw new Error(`sign-in of ${email} answered ${status}: ${JSON.stringify(body)}`);
  return body as Session;
}

let people = 0;

/** Creates an account and signs in. */
export async function newUser(api: Api, changes: object = {}): Promise<Session & { readonly password: string }> {
  const email = `person${++people}@example.org`;
  const password = 'a good password';
  const account = { email, password, firstName: 'Per', lastName: 'Son', ...changes };
  const { status, body } = await api('POST', 'accounts', { body: account });
  if (status !== 201) throw new Error(`making an account answered ${status}: ${JSON.stringify(body)}`);
  return { ...(await signIn(api, account.email, account.password)), password };
}
