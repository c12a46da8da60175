import { paginate, type Switchboard } from '@switchboard/client/rest';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { CliError } from './shared/cli-error.js';
import { asFirstAdmin, isRefusal, letsIn, plainText, serverAt } from './shared/server.js';

const USAGE = `npm run demo [-- --url <server>] [--key <API key>]

Creates the durable room "default" with two endpoints on a running server and prints their links. Without --key it tries
the server's keyless application, then signs in as the first admin (ADMIN_EMAIL, and ADMIN_PASSWORD or the file in
DATA_DIR) and creates a key for the application "demo".`;

const ROOM = 'default';
const IDENTITIES = ['endpoint1', 'endpoint2'] as const;
const APPLICATION = 'demo';

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
  const server = await admitted(url, values.key);
  await ensureRoom(server);
  console.log(`The durable room "${ROOM}" has two endpoints:\n`);
  for (const identity of IDENTITIES)
    console.log(`  ${identity}  ${url}/room/${(await endpoint(server, identity)).code}/`);
  console.log(`\nWith the API key:\n\n  ${url}/list_rooms/\n  ${url}/list_endpoints/${ROOM}/`);
}

async function ensureRoom({ rooms }: Switchboard): Promise<void> {
  const path = { name: ROOM };
  try {
    await rooms.create({ body: { name: ROOM, durable: true } });
  } catch (error) {
    if (!isRefusal(error, 409)) throw error;
    const { durable } = await rooms.get({ path });
    if (!durable) await rooms.update({ path, body: { durable: true } });
  }
}

/** A client with the given key, without one where the server allows that, or with a new one. */
async function admitted(url: string, key: string | undefined): Promise<Switchboard> {
  const server = serverAt(url, key === undefined ? {} : { apiKey: key });
  if (key !== undefined) await server.rooms.list({ query: { limit: 1 } });
  if (key !== undefined || (await letsIn(server))) return server;
  const apiKey = await newKey(await asFirstAdmin(url));
  console.log(`API key of the application "${APPLICATION}", for --key: ${apiKey}\n`);
  return serverAt(url, { apiKey });
}

async function newKey(server: Switchboard): Promise<string> {
  try {
    return (await server.applications.create({ body: { name: APPLICATION } })).apiKey;
  } catch (error) {
    if (!isRefusal(error, 409)) throw error;
  }
  for await (const { id, name } of paginate(server.applications.list, { query: { limit: 200 } })) {
    if (name === APPLICATION) return (await server.applications.createKey({ path: { id } })).apiKey;
  }
  throw new CliError(`The application "${APPLICATION}" could not be created.`);
}

/** The endpoint of an earlier run, or else a new one. */
async function endpoint(server: Switchboard, identity: string): Promise<{ readonly code: string }> {
  const path = { name: ROOM };
  for await (const each of paginate(server.endpoints.list, { path, query: { limit: 200 } })) {
    const { code, permissions } = each;
    if (each.identity === identity && permissions === 'readwrite' && code !== null) return { code };
  }
  return server.endpoints.create({ path, body: { permissions: 'readwrite', identity } });
}

try {
  await main();
} catch (error) {
  console.error((error instanceof ConfigError ? error.message : plainText(error)) ?? error);
  process.exitCode = 1;
}
