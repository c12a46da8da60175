import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { asFirstAdmin, CliError, RestApi } from './shared/rest-api.js';

const USAGE = `npm run demo [-- --url <server>] [--key <API key>]

Makes the durable room "default" with two endpoints on a running server and prints their links. Without --key it tries
the server's keyless application, then signs in as the first admin (ADMIN_EMAIL, ADMIN_PASSWORD or the file in
DATA_DIR) and makes a key for the application "demo".`;

const ROOM = 'default';
const IDENTITIES = ['endpoint1', 'endpoint2'] as const;
const APPLICATION = 'demo';

interface Endpoint {
  readonly code: string;
  readonly identity: string;
  readonly permissions: string;
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
  const api = await admitted(new RestApi(url), values.key);
  await api.expect([201, 409], 'POST', 'rooms', { name: ROOM, durable: true });
  const room = await api.expect<{ durable: boolean }>([200], 'GET', `rooms/${ROOM}`);
  if (!room.durable) await api.expect([200], 'PATCH', `rooms/${ROOM}`, { durable: true });
  console.log(`The durable room "${ROOM}" has two endpoints:\n`);
  for (const identity of IDENTITIES) console.log(`  ${identity}  ${url}/room/${(await endpoint(api, identity)).code}/`);
  console.log(`\nWith the API key:\n\n  ${url}/list_rooms/\n  ${url}/list_endpoints/${ROOM}/`);
}

/** With the key given, without any where the server allows that, or with a new one. */
async function admitted(server: RestApi, key: string | undefined): Promise<RestApi> {
  if (key !== undefined) {
    const api = server.as({ 'API-KEY': key });
    await api.expect([200], 'GET', 'rooms');
    return api;
  }
  if ((await server.call('GET', 'rooms')).status === 200) return server;
  const apiKey = await newKey(await asFirstAdmin(server));
  console.log(`API key of the application "${APPLICATION}", for --key: ${apiKey}\n`);
  return server.as({ 'API-KEY': apiKey });
}

async function newKey(admin: RestApi): Promise<string> {
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
  throw new CliError(`The application "${APPLICATION}" could not be made.`);
}

/** The endpoint of an earlier run, else a new one. */
async function endpoint(api: RestApi, identity: string): Promise<Endpoint> {
  const { items } = await api.expect<{ items: Endpoint[] }>([200], 'GET', `rooms/${ROOM}/endpoints?limit=200`);
  const found = items.find((each) => each.identity === identity && each.permissions === 'readwrite');
  const made = { permissions: 'readwrite', identity };
  return found ?? api.expect<Endpoint>([201], 'POST', `rooms/${ROOM}/endpoints`, made);
}

try {
  await main();
} catch (error) {
  const known = error instanceof CliError || error instanceof ConfigError;
  console.error(known ? error.message : error);
  process.exitCode = 1;
}
