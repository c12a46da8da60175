import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../config/load-config.js';

const USAGE = `npm run demo [-- --url <server>] [--key <API key>]

Makes the durable room "default" with two endpoints on a running server and prints their links. Without --key it tries
the server's keyless application, then signs in as the first admin (ADMIN_EMAIL, ADMIN_PASSWORD or the file in
DATA_DIR) and makes a key for the application "demo".`;

const ROOM = 'default';
const IDENTITIES = ['endpoint1', 'endpoint2'] as const;
const APPLICATION = 'demo';
/** Milliseconds. */
const PATIENCE = 10_000;

/** Something the person who runs this can do something about. */
class DemoError extends Error {}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Endpoint {
  readonly code: string;
  readonly identity: string;
  readonly permissions: string;
}

/** REST v1 of the server, with what it takes to be let in. */
class Api {
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  as(headers: Readonly<Record<string, string>>): Api {
    return new Api(this.url, headers);
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    try {
      const response = await fetch(`${this.url}/api/v1/${path}`, {
        method,
        headers: { ...this.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch (error) {
      throw new DemoError(`No server answers at ${this.url}; start one with npm start, or say --url.`, {
        cause: error,
      });
    }
  }

  /** The body of an answer that must be of one of these statuses. */
  async expect<T>(statuses: readonly number[], method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (statuses.includes(answer.status)) return answer.body as T;
    const { detail } = (answer.body ?? {}) as { detail?: string };
    throw new DemoError(`${method} ${path} answered ${answer.status}: ${detail ?? 'no reason given'}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, key: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { http } = loadConfig();
  const url = (values.url ?? http.publicUrl ?? `http://localhost:${http.port}`).replace(/\/+$/, '');
  const api = await admitted(new Api(url), values.key);
  await api.expect([201, 409], 'POST', 'rooms', { name: ROOM, durable: true });
  const room = await api.expect<{ durable: boolean }>([200], 'GET', `rooms/${ROOM}`);
  if (!room.durable) await api.expect([200], 'PATCH', `rooms/${ROOM}`, { durable: true });
  console.log(`The durable room "${ROOM}" has two endpoints:\n`);
  for (const identity of IDENTITIES) console.log(`  ${identity}  ${url}/room/${(await endpoint(api, identity)).code}/`);
  console.log(`\nWith the API key:\n\n  ${url}/list_rooms/\n  ${url}/list_endpoints/${ROOM}/`);
}

/** With the key given, without any where the server allows that, or with a new one. */
async function admitted(server: Api, key: string | undefined): Promise<Api> {
  if (key !== undefined) {
    const api = server.as({ 'API-KEY': key });
    await api.expect([200], 'GET', 'rooms');
    return api;
  }
  if ((await server.call('GET', 'rooms')).status === 200) return server;
  const apiKey = await newKey(await signedIn(server));
  console.log(`API key of the application "${APPLICATION}", for --key: ${apiKey}\n`);
  return server.as({ 'API-KEY': apiKey });
}

async function signedIn(server: Api): Promise<Api> {
  const { accounts, storage } = loadConfig();
  const file = path.join(storage.dataDir, 'admin-password');
  const password = accounts.adminPassword ?? (await readFile(file, 'utf8').catch(() => undefined))?.trim();
  if (password === undefined) throw new DemoError(`Say --key: neither ADMIN_PASSWORD is set nor is there ${file}.`);
  const credentials = { email: accounts.adminEmail, password };
  const { accessToken } = await server.expect<{ accessToken: string }>([200], 'POST', 'auth/login', credentials);
  return server.as({ Authorization: `Bearer ${accessToken}` });
}

async function newKey(admin: Api): Promise<string> {
  const made = await admin.call('POST', 'applications', { name: APPLICATION });
  if (made.status === 201) return (made.body as { apiKey: string }).apiKey;
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    type Page = { items: { id: number; name: string }[]; nextCursor: string | null };
    const page: Page = await admin.expect([200], 'GET', `applications?limit=200${query}`);
    const found = page.items.find(({ name }) => name === APPLICATION);
    if (found) return (await admin.expect<{ apiKey: string }>([201], 'POST', `applications/${found.id}/keys`)).apiKey;
    cursor = page.nextCursor;
  }
  throw new DemoError(`The application "${APPLICATION}" could not be made.`);
}

/** The endpoint of an earlier run, else a new one. */
async function endpoint(api: Api, identity: string): Promise<Endpoint> {
  const { items } = await api.expect<{ items: Endpoint[] }>([200], 'GET', `rooms/${ROOM}/endpoints?limit=200`);
  const found = items.find((each) => each.identity === identity && each.permissions === 'readwrite');
  const made = { permissions: 'readwrite', identity };
  return found ?? api.expect<Endpoint>([201], 'POST', `rooms/${ROOM}/endpoints`, made);
}

try {
  await main();
} catch (error) {
  const known = error instanceof DemoError || error instanceof ConfigError;
  console.error(known ? error.message : error);
  process.exitCode = 1;
}
