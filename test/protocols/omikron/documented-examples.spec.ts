import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, apiOf, signIn } from '../../support/api.js';
import { Examples } from '../../support/doc-examples.js';
import { newUser, OmikronHarness } from '../../support/omikron.js';
import { describeWithPython } from '../../support/requires.js';
import { play } from '../../support/transcript.js';

describe('the programs on the Omikron page', () => {
  const examples = new Examples('protocols/omikron.md');
  const user = newUser();
  let harness: OmikronHarness;
  let iota: Record<string, string>;

  beforeAll(async () => {
    harness = await OmikronHarness.start({ IOTA_ACCESS: 'token' });
    const { accessToken } = await signIn(apiOf(harness.server), ADMIN.email, ADMIN.password);
    const program = examples.run('register.sh', [harness.server.url, accessToken, user.id, user.hash]);
    await program.ended;
    const { iotaId, token } = JSON.parse(program.output().split('\n')[0] ?? '') as { iotaId: string; token: string };
    iota = { SERVER: harness.server.url, IOTA_ID: iotaId, IOTA_TOKEN: token, USER_IDS: user.id };
  });
  afterEach(() => {
    examples.stop();
  });
  afterAll(() => harness.close());

  it('are three, besides those that need the clients', () => {
    const withClients = ['home.frames', 'home.py', 'home.ts'];
    expect(examples.names).toEqual(['client.py', ...withClients, 'iota.mjs', 'register.sh']);
  });

  it('home.frames matches the wire', async () => {
    const { IOTA_ID = '', IOTA_TOKEN = '' } = iota;
    const known = { iota: IOTA_ID, token: IOTA_TOKEN, user: user.id, hash: user.hash };
    await play(examples.codeOf('home.frames'), harness.server.wsUrl, known);
  });

  it('iota.mjs serves the user that register.sh has registered', async () => {
    const program = examples.run('iota.mjs', [], undefined, iota);
    await expect.poll(program.output, { timeout: 15_000 }).toBe(`serving ${user.id},\n`);
    const client = await harness.client(user);
    const id = 'a question';
    client.send({ id, type: 'message_send', data: { text: 'sealed' } });
    expect(await client.next()).toMatchObject({ id, type: 'success' });
  });

  describeWithPython('websockets', 'client.py', (python) => {
    it('gets back what it stored', async () => {
      const served = examples.run('iota.mjs', [], undefined, iota);
      await expect.poll(served.output, { timeout: 15_000 }).toContain('serving');
      const env = { SERVER: harness.server.url, USER_ID: user.id, KEY_HASH: user.hash };
      const client = examples.run('client.py', [], python, env);
      await client.ended;
      expect(client.output()).toMatch(/^pong: .*\nstored: \[\{'text': 'sealed'\}\]\n$/);
    });
  });
});
