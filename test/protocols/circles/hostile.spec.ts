import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, beforeEach } from 'vitest';
import { type CirclesClient, CirclesHarness, type World } from '../../support/circles.js';
import { clientFrame, RawWebSocket } from '../../support/raw-websocket.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

/** Many times what the server takes in before it stops reading. */
const FLOOD = 1_000;
const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('hostile circles clients', () => {
  beforeEach(sendsBadFrames);
  let circles: CirclesHarness;
  let world: World;
  let bystander: CirclesClient;
  beforeAll(async () => {
    circles = await CirclesHarness.start();
    world = await circles.world();
  });
  afterAll(() => circles.close());
  afterEach(async () => {
    // Whatever was tried, others are not disturbed.
    bystander = await (await circles.socket(world.u2)).joinConversation(world.conversation);
    const answer = await bystander.ask('message', { conversation_id: world.conversation, text_message: 'fine' });
    expect(answer.ok).toBe(true);
    circles.hangUp();
  });

  it('get a clear error for tokens that are not ours', async () => {
    const claims = JSON.parse(Buffer.from(world.u1.token.split('.')[1]!, 'base64url').toString());
    const [head, body, signature] = world.u1.token.split('.');
    const sign = (secret: string, payload: object) => {
      const text = `${b64({ alg: 'HS256', typ: 'JWT' })}.${b64(payload)}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const forged = [
      `${b64({ alg: 'none', typ: 'JWT' })}.${body}.`,
      `${b64({ alg: 'none', typ: 'JWT' })}.${body}.${signature}`,
      sign('another secret', claims),
      sign('another secret', { ...claims, aud: 'admin' }),
      `${head}.${b64({ ...claims, sub: '1' })}.${signature}`,
      `${head}.${b64({ ...claims, aud: 'device' })}.${signature}`,
      `${head}.${b64({ ...claims, exp: 4_000_000_000 })}.${signature}`,
      `${head}.${body}`,
      'x'.repeat(100_000),
      '..',
      '',
    ];
    const client = await circles.connect();
    for (const token of [...forged, 5, true, {}, [], [world.u1.token], { token: world.u1.token }]) {
      client.emit('authenticate', { token });
      await client.expectNext('error', 'User not found');
    }
    for (const payload of [undefined, null, 'x', 5, [], [[]], { Token: world.u1.token }, { token: null }]) {
      client.emit('authenticate', payload);
      await client.expectNext('error', 'Json web token introuvable');
    }
    await client.login(world.u1.token);
    for (const token of forged) {
      expect(await circles.status({ token: token === '' ? '-' : token.slice(0, 9_000) }, 'GET', 'circles')).toBe(401);
    }
  });

  it('get a clear error for payloads of any kind', async () => {
    const client = await circles.socket(world.u1);
    const payloads = [
      undefined,
      null,
      0,
      'text',
      true,
      [],
      [[]],
      {},
      { conversation_id: {} },
      { conversation_id: [1] },
    ];
    const ids = ['x', '', -1, 0, 1.5, 1e400, 2 ** 53, '1e3', '0x1', true, { $gt: 0 }, "1' OR '1'='1", 2_147_483_648];
    const proto = JSON.parse('{"__proto__":{"conversation_id":1,"circle_id":1,"is_writing":true,"message_id":1}}');
    for (const event of [
      'join_conversation',
      'leave_conversation',
      'join_circle',
      'leave_circle',
      'message',
      'writing',
      'read',
    ]) {
      const id = event.endsWith('circle') ? 'circle_id' : 'conversation_id';
      const others = { is_writing: true, message_id: 1, text_message: 'x' };
      for (const payload of [...payloads, proto, ...ids.map((value) => ({ ...others, [id]: value }))]) {
        const answer = await client.ask(event, payload);
        expect([event, payload, answer.ok]).toEqual([event, payload, false]);
        expect(await client.expect('error')).toEqual(answer.error.detail);
      }
    }
    const bad = [
      { text_message: 5 },
      { text_message: {} },
      { text_message: 'x'.repeat(8_193) },
      { text_message: 'x', files: 'a.jpg' },
      { text_message: 'x', files: [5] },
      { text_message: 'x', files: Array.from({ length: 21 }, () => 'a') },
      { text_message: 'x', client_message_id: 5 },
      { text_message: 'x', client_message_id: 'x'.repeat(65) },
      { text_message: 'x', client_message_id: '' },
      { text_message: 'x', client_message_id: '\u0000' },
      { text_message: '' },
      {},
    ];
    for (const payload of bad) {
      const answer = await client.ask('message', { conversation_id: world.conversation, ...payload });
      expect([payload, answer.ok, answer.error.code]).toEqual([payload, false, 'invalid_input']);
      await client.expect('error');
    }
    for (const target of [
      { user_id: {} },
      { email: 5 },
      { email: '\u0000' },
      { email: '\ud800' },
      { device_id: 'x' },
      [],
      'x',
    ]) {
      client.emit('webrtc_forward', target);
      await client.expectNext('error', 'Utilisateur introuvable');
    }
    client.emit('webrtc_forward', { user_id: world.u1.id, message: 'x'.repeat(262_144) });
    await client.expectNext('error', 'Message trop long');
    client.emit('writing', { conversation_id: world.conversation, is_writing: 'x'.repeat(2_000) });
    await client.expectNext('error', 'Parameter is_writing invalid');
  });

  it('get back what they announced under a safe name', async () => {
    const client = await circles.socket(world.u1);
    const files = ['../../etc/passwd', 'a\r\nSet-Cookie: x', '\u202Eexe.jpg', '__proto__', '\ud800', 'x'.repeat(1_000)];
    await client.ask('message', { conversation_id: world.conversation, files });
    const { media_list: list } = await client.expect('media');
    expect(list.map((media: { identifier: string }) => media.identifier)).toEqual([
      'passwd',
      'aSet-Cookie_ x',
      'exe.jpg',
      '__proto__',
      '\ufffd',
      'x'.repeat(120),
    ]);
  });

  it('may write a megabyte, and end only their own connection above the limit', async () => {
    const client = await circles.socket(world.u1);
    expect(
      (await client.ask('message', { conversation_id: world.conversation, text_message: 'x'.repeat(1_000_000) })).ok,
    ).toBe(false);
    const heavy = await circles.socket(world.u1);
    heavy.emit('message', { conversation_id: world.conversation, text_message: 'x'.repeat(1_200_000) });
    await heavy.untilDisconnected();
    await client.expect('error');
    await client.expectQuiet();
  });

  it('end only their own connection with malformed packets', async () => {
    const { port } = new URL(circles.server.url);
    for (const packet of [
      '42["unterminated',
      '42{"a":1}',
      '4',
      '49',
      '42[]',
      '42["disconnect"]',
      '\u0000',
      '42["message",',
    ]) {
      const raw = await RawWebSocket.open(Number(port), '/socket.io/?EIO=4&transport=websocket');
      await raw.until((r) => r.texts.length === 1);
      raw.socket.write(clientFrame('40'));
      await raw.until((r) => r.texts.length >= 2);
      raw.socket.write(clientFrame(packet));
      await raw.until((r) => r.ended || r.closeCode !== undefined);
      raw.socket.destroy();
    }
  });

  it('are slowed down, not refused, when they flood', async () => {
    const flooder = await circles.socket(world.u1);
    for (let n = 0; n < FLOOD; n++) flooder.emit('join_conversation', { conversation_id: 2_000_000_000 });
    const other = await circles.socket(world.u2);
    expect((await other.ask('join_conversation', { conversation_id: world.conversation })).ok).toBe(true);
    for (let n = 0; n < FLOOD; n++) await flooder.expectNext('error', 'Vous ne faite pas partie de cette conversation');
  });
});
