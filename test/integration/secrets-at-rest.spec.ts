import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CirclesClient } from '../support/circles.js';
import { type TestKey, tokenBy } from '../support/customer-tokens.js';
import { ADMIN, ADMIN_ENV, apiOf, newUser, signIn } from '../support/api.js';
import { cleanUpProcesses, ensureBuilt, startProcess } from '../support/process.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';
import { WsClient } from '../support/ws-client.js';

const ENV = {
  ...ADMIN_ENV,
  SECRET_KEY: 'the secret key of this test, forty characters',
  METRICS_TOKEN: 'the token of the metrics, for one server',
  TURN_URLS: 'turn:turn.example.org:3478',
  TURN_SECRET: 'the secret that coturn and we share',
};

type Server = { readonly url: string; readonly wsUrl: string };

/** One secret of each kind, each used where it belongs, and one guess of each. @returns them by kind */
async function useSecrets(server: Server): Promise<Record<string, string>> {
  const api = apiOf(server);
  const rooms = await RoomsHarness.on(server);
  const services = await ServicesHarness.on(server);
  const made = async (answer: ReturnType<typeof rooms.admin>) => {
    const { status, body } = await answer;
    if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const person = await newUser(api, { email: 'kept@example.org', password: 'a password that nobody has' });
  const refreshed = await made(api('POST', 'auth/refresh', { body: { refreshToken: person.refreshToken } }));
  const { temporaryPassword } = await made(rooms.admin('POST', `accounts/${person.user.id}/password-reset`));
  const again = await signIn(api, person.user.email, temporaryPassword);
  const admin = await signIn(api, ADMIN.email, ADMIN.password);

  const circle = await made(api('POST', 'circles', { token: again.accessToken, body: { name: 'Home' } }));
  const box = { token: again.accessToken, body: { name: 'Box' } };
  const device = await made(api('POST', `circles/${circle.id}/devices`, box));
  const { username, password } = device;
  const deviceLogin = await made(api('POST', 'auth/device-login', { body: { username, password } }));
  const socket = await (await CirclesClient.open(server.url)).login(again.accessToken);

  const application = await rooms.application();
  await rooms.room(application, 'lobby', { durable: true });
  const endpoint = await rooms.endpoint(application, 'lobby');
  await rooms.connect(endpoint);
  const { apiKey } = await made(rooms.admin('POST', `applications/${application.id}/keys`));
  await made(rooms.as({ apiKey }, 'GET', 'rooms'));
  const ticket = await rooms.ticket(application, { identity: 'bob' });
  const events = await fetch(`${server.url}/sse/room/lobby/?ticket=${ticket}`);
  await events.body?.cancel();
  const issuerSecret = 'the secret that signs for customers, here';
  const issuer = { issuer: 'https://customer.example.org', algorithm: 'HS256', secret: issuerSecret };
  await made(rooms.as(application, 'POST', `applications/${application.id}/token-issuers`, issuer));
  const key: Pick<TestKey, 'algorithm' | 'sign'> = { algorithm: 'HS256', sign: Buffer.from(issuerSecret) };
  const customerToken = await tokenBy(key, { iss: issuer.issuer });
  await rooms.named('lobby', customerToken);

  const service = await services.service({ allowPublicCode: true, codeLength: 12 });
  const { code } = await services.host(service, true);
  await services.client(service);
  await services.guest(code);
  const rotated = await made(rooms.admin('POST', `services/${service.id}/tokens/rotate`, { role: 'client' }));

  const machine = await made(rooms.admin('POST', 'machine-keys', { name: 'Robot', scopes: ['*:read'] }));
  await made(api('GET', 'services', { token: machine.key }));
  const lobby = await made(rooms.admin('POST', 'lobby/tokens', {}));
  const ice = await made(api('GET', 'ice-servers', { token: lobby.token }));
  const iota = await made(rooms.admin('POST', 'omikron/iotas', { name: 'Home' }));
  const iotaHeaders = { headers: { authorization: `Bearer ${iota.token}` } };
  const iotaSocket = await WsClient.open(`${server.wsUrl}/ws/iota/`, iotaHeaders);
  const keyHash = 'ab12'.repeat(16);
  const profile = { userId: randomUUID(), privateKeyHash: keyHash };
  await made(rooms.admin('POST', `omikron/iotas/${iota.iotaId}/profiles`, profile));

  const wrongPassword = 'a mistyped password of somebody';
  const guessed = await api('POST', 'auth/login', { body: { email: person.user.email, password: wrongPassword } });
  const wrongToken = 'a-token-that-somebody-guessed-for-the-test';
  await api('GET', 'auth/me', { token: wrongToken });
  await api('GET', 'rooms', { headers: { 'api-key': wrongToken } });
  await fetch(`${server.url}/sse/endpoint/${wrongToken}/`);
  if (guessed.status !== 401) throw new Error(`a wrong password got ${guessed.status}`);

  socket.socket.close();
  await Promise.all([rooms.hangUp(), services.hangUp(), iotaSocket.close()]);
  return {
    ...{ adminPassword: ADMIN.password, password: person.password, temporaryPassword, wrongPassword, wrongToken },
    ...{ accessToken: again.accessToken, refreshToken: person.refreshToken, nextRefreshToken: refreshed.refreshToken },
    ...{ adminAccess: admin.accessToken, adminRefresh: admin.refreshToken },
    ...{ devicePassword: password, deviceAccess: deviceLogin.accessToken, deviceRefresh: deviceLogin.refreshToken },
    ...{ apiKey, firstApiKey: application.apiKey, endpointCode: endpoint.code, ticket, issuerSecret, customerToken },
    ...{ hostToken: service.hostToken, clientToken: service.clientToken, rotatedToken: rotated.token, guestCode: code },
    ...{ machineKey: machine.key, lobbyToken: lobby.token, iotaToken: iota.token, keyHash },
    ...{ turnCredential: ice.iceServers.find((each: { credential?: string }) => each.credential).credential },
    ...{ secretKey: ENV.SECRET_KEY, metricsToken: ENV.METRICS_TOKEN, turnSecret: ENV.TURN_SECRET },
  };
}

describe('secrets of all kinds', () => {
  beforeAll(ensureBuilt, 300_000);
  afterEach(cleanUpProcesses);

  it('are in clear text in no file of the data directory, and in no log at its most verbose', async () => {
    const server = await startProcess({ ...ENV, LOG_LEVEL: 'debug', LOG_FORMAT: 'json' });
    const url = await server.url;
    const secrets = await useSecrets({ url, wsUrl: url.replace('http', 'ws') });
    server.kill('SIGTERM');
    expect((await server.exited).code).toBe(0);

    const files = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
    const contents = new Map<string, Buffer>([['the log', Buffer.from(server.output())]]);
    for (const entry of files) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) contents.set(path.relative(server.dataDir, file), await readFile(file));
    }
    const holding = (text: string) =>
      [...contents].filter(([, content]) => content.includes(text)).map(([name]) => name);
    // Other values are found in tables and in the write-ahead log, so a secret would be, too.
    expect(holding('kept@example.org').some((name) => name.includes('pg_wal'))).toBe(true);
    expect(holding('kept@example.org').some((name) => name.includes('base'))).toBe(true);
    expect(holding('Listening on')).toEqual(['the log']);
    expect(server.output()).toContain('"level":"debug"');

    const found: string[] = [];
    for (const [kind, secret] of Object.entries(secrets)) {
      expect([kind, secret.length >= 10]).toEqual([kind, true]);
      for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]) {
        found.push(...holding(form).map((name) => `${kind} in ${name}`));
      }
    }
    expect(found).toEqual([]);
  }, 300_000);
});
