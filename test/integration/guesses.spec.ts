import { randomBytes, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newMachineKey } from '../../src/modules/auth/machine-keys/machine-key.js';
import { newUser } from '../support/api.js';
import { OmikronHarness, type TestIota, type TestUser } from '../support/omikron.js';
import { newKey, tokenBy } from '../support/customer-tokens.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';
import { INVALID, ServicesHarness } from '../support/services.js';
import { WsClient } from '../support/ws-client.js';

const GUESSES = 500;
/** Mistakes allowed per address before it has to wait. */
const BURST = 20;
/** Guesses of an address that are answered while others are refused: the free ones, and those that waited their turn. */
const MOST = 40;

/** Never contacted here. */
const PROVIDER = { OIDC_ISSUER: 'http://127.0.0.1:9/', OIDC_CLIENT_ID: 'switchboard' };
const CALL = randomUUID();

type Answer = 'wrong' | 'refused';

/** Tries a secret that does not exist, from an address. */
type Guess = (address: string) => Promise<Answer>;

describe('500 wrong guesses', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let services: ServicesHarness;
  let omikron: OmikronHarness;
  let home: TestIota;
  let application: TestApplication;
  let email: string;
  const key = newKey('ES256');
  const going = new AbortController();
  setMaxListeners(0, going.signal);
  const sockets: WsClient[] = [];

  beforeAll(async () => {
    rooms = await RoomsHarness.start({
      TRUSTED_PROXIES: '127.0.0.1',
      REST_RATE: '1',
      REST_BURST: String(BURST),
      ...PROVIDER,
    });
    services = await ServicesHarness.on(rooms.app);
    await services.service({ allowPublicCode: true });
    application = await rooms.application();
    await rooms.room(application, 'lobby');
    omikron = await OmikronHarness.on(rooms.app);
    home = await omikron.iota(1);
    await omikron.iotaSocket(home);
    // The first caller sets the secret.
    await omikron.caller(home.users[0]!, CALL, { call_secret_sha: hash() });
    email = (await newUser(rooms.call)).user.email;
  });
  afterAll(async () => {
    going.abort();
    // Those held up are not read from: they would answer no close frame.
    for (const { socket } of sockets) socket.terminate();
    await omikron.hangUp();
    await rooms.close();
  });

  const random = () => randomBytes(32).toString('base64url');
  const hash = () => randomBytes(32).toString('hex');
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const ask = async (address: string, method: string, path: string, headers: object = {}, body?: object) => {
    const answer = await fetch(`${rooms.app.url}${path}`, {
      method,
      headers: { ...headers, ...from(address), ...(body && { 'content-type': 'application/json' }) },
      signal: going.signal,
      ...(body && { body: JSON.stringify(body) }),
    });
    await answer.body?.cancel();
    if (answer.status === 429 || answer.status === 503) return 'refused';
    // Rooms do not reveal whether a code is unknown or may not read.
    if ([401, 403, 404].includes(answer.status)) return 'wrong';
    throw new Error(`${method} ${path} answered ${answer.status}`);
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  /** A new one each time, since the same secret at the same time counts as one guess. */
  let codes = 0;
  const nextCode = (): string => {
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVXYZ');
    let rest = codes++;
    return Array.from({ length: 4 }, () => {
      const [letter = ''] = letters.splice(rest % letters.length, 1);
      rest = Math.floor(rest / 20);
      return letter;
    }).join('');
  };
  /** The first frame of a services socket. */
  const token = async (address: string, text: string): Promise<Answer> => {
    const socket = await WsClient.open(`${rooms.app.wsUrl}/ws/`, { headers: from(address) });
    sockets.push(socket);
    await socket.next(60_000);
    socket.send({ token: text });
    const answer = await socket.next(600_000);
    return answer.message === INVALID.message ? 'wrong' : 'refused';
  };

  /** The identification of an Omikron client or caller. */
  const identify = async (address: string, path: string, data: object): Promise<Answer> => {
    const socket = await WsClient.open(rooms.app.wsUrl + path, { headers: from(address) });
    sockets.push(socket);
    socket.send({ id: randomUUID(), type: 'identification', log: { message: '', log_level: 0 }, data });
    const answer = await socket.next(600_000);
    return answer.data?.acceppted === false ? 'wrong' : 'refused';
  };

  const KINDS: Record<string, Guess> = {
    password: (address) =>
      ask(address, 'POST', '/api/v1/auth/login', {}, { email: `${random()}@example.org`, password: random() }),
    'device password': (address) =>
      ask(address, 'POST', '/api/v1/auth/device-login', {}, { username: random(), password: random() }),
    'refresh token': (address) =>
      ask(address, 'POST', '/api/v1/auth/refresh', {}, { refreshToken: `${random()}.${random()}` }),
    'access token': (address) => ask(address, 'GET', '/api/v1/auth/me', bearer(`${random()}.${random()}.${random()}`)),
    'API key': (address) => ask(address, 'GET', '/api/v1/rooms', { 'api-key': random() }),
    'machine key': (address) => ask(address, 'GET', '/api/v1/services', bearer(newMachineKey().key)),
    'lobby token': (address) => ask(address, 'GET', '/api/v1/ice-servers', bearer(`lobby_${random()}`)),
    'Iota token': (address) => ask(address, 'POST', '/api/v1/tickets', bearer(`iota_${random()}`), {}),
    'endpoint code': (address) => ask(address, 'GET', `/sse/endpoint/${random()}/`),
    ticket: (address) => ask(address, 'GET', `/sse/room/lobby/?ticket=sbt_application_${random()}`),
    "customer's token": async (address) =>
      ask(address, 'GET', '/sse/room/lobby/', bearer(await tokenBy(key, { iss: 'https://nobody.example.org' }))),
    'service token': (address) => token(address, crypto.randomUUID()),
    'guest code': (address) => token(address, nextCode()),
    'code of a sign-in': (address) => ask(address, 'POST', '/api/v1/auth/oidc/exchange', {}, { code: random() }),
    'key hash of an Omikron': (address) =>
      identify(address, '/ws/client/', { user_id: home.users[0]!.id, private_key_hash: hash() }),
    "secret of an Omikron's call": (address) => {
      const [{ id, hash: own }] = home.users as [TestUser];
      return identify(address, '/ws/call/', {
        call_id: CALL,
        user_id: id,
        private_key_hash: own,
        call_secret_sha: hash(),
      });
    },
  };

  it.each(Object.keys(KINDS).map((kind, n) => [kind, n] as const))(
    'of a %s are slowed for their address, and no other',
    async (kind, n) => {
      const guess = KINDS[kind]!;
      const [own, other] = [`198.51.100.${n + 1}`, `203.0.113.${n + 1}`];
      const answers: Answer[] = [];
      let started = 0;
      const all = Array.from({ length: GUESSES }, async () => {
        started++;
        answers.push(await guess(own));
      });
      // Guesses that are still waiting end with the test.
      Promise.all(all).catch((error: unknown) => {
        if (!going.signal.aborted) throw error;
      });
      // The waiting ones end much later; at most 64 per address wait.
      await expect.poll(() => answers.length, { timeout: 120_000 }).toBeGreaterThanOrEqual(GUESSES - 64);
      const wrong = () => answers.filter((answer) => answer === 'wrong').length;
      expect(started).toBe(GUESSES);
      // Refusing takes no time; looking a password up does.
      await expect.poll(wrong, { timeout: 60_000 }).toBeGreaterThan(0);
      expect(wrong()).toBeLessThanOrEqual(MOST);
      expect(await guess(other)).toBe('wrong');
    },
    180_000,
  );

  it('of one account are slowed from any address, and other accounts are not', async () => {
    const tries = async (whose: string, address: string) =>
      ask(address, 'POST', '/api/v1/auth/login', {}, { email: whose, password: random() });
    const answers = await Promise.all(
      Array.from({ length: GUESSES }, (_, n) => tries(email, `192.0.${n % 200}.${Math.floor(n / 200) + 1}`)),
    );
    const wrong = answers.filter((answer) => answer === 'wrong').length;
    expect([wrong > 0, wrong <= MOST]).toEqual([true, true]);
    expect(await tries('somebody.else@example.org', '192.0.250.1')).toBe('wrong');
  }, 180_000);
});
