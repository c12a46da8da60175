import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CirclesHarness, CLIENTS, type ClientVersion, type World } from '../../support/circles.js';

const OUTSIDE = 'Vous ne faite pas partie de cette conversation';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/;

describe.each(Object.keys(CLIENTS) as ClientVersion[])('circles, as client %s sees them', (version) => {
  let circles: CirclesHarness;
  let world: World;
  beforeAll(async () => {
    circles = await CirclesHarness.start({ TURN_URLS: 'turn:turn.example:3478', TURN_SECRET: 'turn secret' });
  });
  afterAll(() => circles.close());
  beforeEach(async () => {
    world = await circles.world();
  });
  afterEach(() => {
    circles.hangUp();
  });
  const socket = (who: { token: string }) => circles.socket(who, version);
  /** Authenticated and in the conversation. */
  const joined = async (who: { token: string }) => (await socket(who)).joinConversation(world.conversation);
  /** Authenticated and in the circle. */
  const inCircle = async (who: { token: string }) => (await socket(who)).joinCircle(world.circle);

  it('1: tells nothing on connecting', async () => {
    await (await circles.connect(version)).expectQuiet();
  });

  it('2: authenticates people and devices', async () => {
    await socket(world.u1);
    await socket(world.d);
  });

  it('3: says what is wrong with a token and keeps the socket connected', async () => {
    const client = await circles.connect(version);
    client.emitBadly('authenticate', {});
    await client.expectNext('error', 'Json web token introuvable');
    client.emit('authenticate', { token: '333444' });
    await client.expectNext('error', 'User not found');
    await client.login(world.u1.token);
    client.emit('authenticate', { token: world.u2.token });
    await client.expectNext('error', 'Already authenticated');
  });

  it('4: refuses the token of a login that has ended, and ends its sockets', async () => {
    const before = await socket(world.u2);
    expect(await circles.status(world.u2, 'POST', 'auth/logout')).toBe(204);
    expect(await before.untilDisconnected()).toBe('io server disconnect');
    const after = await circles.connect(version);
    after.emit('authenticate', { token: world.u2.token });
    await after.expectNext('error', 'User not found');
  });

  it('5: requires authentication first', async () => {
    const client = await circles.connect(version);
    const all = { conversation_id: world.conversation, circle_id: world.circle, message_id: 1, is_writing: true };
    const events = ['join_conversation', 'leave_conversation', 'leave_circle', 'message', 'writing', 'read'];
    for (const event of [...events, 'webrtc_forward']) {
      client.emit(event, all);
      await client.expectNext('error', 'Socket user introuvable');
    }
    for (const event of ['webrtc_credentials', 'webrtc_join_room']) {
      client.emitBadly(event, {});
      await client.expectNext('error', 'Socket user introuvable');
    }
    client.emit('join_circle', { circle_id: world.circle });
    await client.expectNext('error', 'Socket user introuvable, vous devez vous authentifier');
  });

  it('6, 7: lets members join a conversation, and nobody else', async () => {
    await joined(world.u2);
    const u3 = await socket(world.u3);
    u3.emit('join_conversation', { conversation_id: world.conversation });
    await u3.expectNext('error', OUTSIDE);
    u3.emitBadly('join_conversation', {});
    await u3.expectNext('error', 'Parameter missing');
    const u1 = await socket(world.u1);
    u1.emit('join_conversation', { conversation_id: String(world.conversation) });
    await u1.expectNext('success', `Vous avez rejoins la conversation : conversation_${world.conversation}`);
  });

  it('8: lets the device join while the conversation gives it access', async () => {
    const d = await joined(world.d);
    const u1 = await joined(world.u1);
    await circles.api(world.u1, 'PATCH', `conversations/${world.conversation}`, { deviceAccess: false });
    const change = { event: 'device', type: 'remove', conversation_id: world.conversation };
    await d.expectNext('conversation', change);
    await u1.expectNext('conversation', change);
    u1.emit('message', { conversation_id: world.conversation, text_message: 'secret' });
    await u1.expect('success');
    await d.expectQuiet();
    d.emit('join_conversation', { conversation_id: world.conversation });
    await d.expectNext('error', OUTSIDE);
    await circles.api(world.u1, 'PATCH', `conversations/${world.conversation}`, { deviceAccess: true });
    await d.joinConversation(world.conversation);
  });

  it('9: answers a message, then tells it to everybody who joined', async () => {
    const [u1, u2, d] = [await joined(world.u1), await joined(world.u2), await joined(world.d)];
    u1.emit('message', { conversation_id: world.conversation, text_message: 'hi' });
    const { received, message_id: id } = await u1.expect('success');
    expect(received).toBe(true);
    const message = await u1.expect('message');
    expect(message).toEqual({
      conversation_id: world.conversation,
      message: {
        id,
        link_id: expect.any(Number),
        sent: expect.stringMatching(TIME),
        read: null,
        content: 'hi',
        medias: 0,
      },
      time: message.message.sent,
      sender: {
        id: world.u1.id,
        email: world.u1.email,
        first_name: 'Per',
        last_name: 'Son',
        birthday: '1995-12-12T00:00:00',
        created: expect.stringMatching(TIME),
        updated: expect.stringMatching(TIME),
        isOnline: true,
        type: 'DEFAULT',
      },
      media_list: [],
      status: 'done',
    });
    await u2.expectNext('message', message);
    await d.expectNext('message', message);
    for (const client of [u1, u2, d]) await client.expectQuiet();
  });

  it('10: shows a device as the sender', async () => {
    const u1 = await joined(world.u1);
    const d = await socket(world.d);
    d.emit('message', { conversation_id: world.conversation, text_message: 'hello' });
    await d.expect('success');
    const { message, sender } = await u1.expect('message');
    expect(message).toMatchObject({ device_id: world.d.id, content: 'hello' });
    expect(message).not.toHaveProperty('link_id');
    expect(sender).toEqual({
      id: world.d.id,
      name: 'Box',
      created: expect.stringMatching(TIME),
      updated: expect.stringMatching(TIME),
      circle_id: world.circle,
      activated: true,
      username: world.d.username,
      is_online: true,
    });
    await d.expectQuiet();
  });

  it('12: says why a message is refused', async () => {
    const u3 = await socket(world.u3);
    u3.emit('message', { conversation_id: world.conversation });
    await u3.expectNext('error', 'Vous ne faites pas partie de cette conversation');
    u3.emit('message', { conversation_id: world.conversation, text_message: 'hi' });
    await u3.expectNext('error', 'Vous ne faites pas partie de cette conversation');
    u3.emit('message', { conversation_id: 2_000_000_000, text_message: 'hi' });
    await u3.expectNext('error', 'Conversation introuvable');
    u3.emitBadly('message', {});
    await u3.expectNext('error', 'Param conversation_id introuvable');
  });

  it('13: passes typing notices on', async () => {
    const [u1, u2, d] = [await joined(world.u1), await joined(world.u2), await joined(world.d)];
    u1.emit('writing', { conversation_id: world.conversation, is_writing: true });
    const notice = { conversation_id: world.conversation, device: false, user: world.u1.email, is_writing: true };
    expect([await u1.next(), await u1.next()]).toEqual(
      expect.arrayContaining([
        ['writing', notice],
        ['success', expect.stringMatching(/./)],
      ]),
    );
    await u2.expectNext('writing', notice);
    await d.expectNext('writing', notice);
    d.emit('writing', { conversation_id: world.conversation, is_writing: 'True' });
    await u2.expectNext('writing', { conversation_id: world.conversation, device: true, is_writing: 'True' });
    const u3 = await socket(world.u3);
    u3.emit('writing', { conversation_id: world.conversation, is_writing: true });
    await u3.expectNext('error', OUTSIDE);
    u3.emitBadly('writing', { conversation_id: world.conversation });
    await u3.expectNext('error', 'Parameter missing');
    await u2.expectQuiet();
  });

  it('14: tells the STUN and TURN servers to anyone', async () => {
    const client = await circles.connect(version);
    client.emit('webrtc_turn_info');
    await client.expectNext('webrtc_config', [{ domain: 'turn.example', ip: '', port: 3478 }]);
    client.emit('webrtc_stun_info');
    await client.expectNext('webrtc_config', [{ domain: 'localhost', ip: '', port: 3478 }]);
  });

  it('15: gives TURN credentials that a TURN server can check', async () => {
    for (const [who, suffix] of [
      [world.u1, `${world.u1.id}False`],
      [world.d, `${world.d.id}True`],
    ] as const) {
      const client = await socket(who);
      client.emit('webrtc_credentials');
      const { username, password } = await client.expect('webrtc_config');
      const [expiry, subject] = username.split(':');
      expect(subject).toBe(suffix);
      expect(Math.abs(Number(expiry) - Date.now() / 1_000 - 86_400)).toBeLessThan(60);
      expect(password).toBe(createHmac('sha1', 'turn secret').update(username).digest('base64'));
    }
  });

  it('16: forwards call signals to all sockets of their receiver, on both channels', async () => {
    const u1 = await socket(world.u1);
    const targets = [await socket(world.u2), await socket(world.u2)];
    const content = { email: world.u2.email, message: { type: 'sdp', data: { sdp: 'v=0…', n: 1e21 } } };
    u1.emit('webrtc_forward', content);
    await u1.expectNext('success', 'Message forwarded');
    for (const target of targets) {
      await target.expectNext('webrtc_config', { sender_id: world.u1.id, is_device: false, content });
      await target.expectNext('webrtc_forward', { sender_id: world.u1.id, is_device: false, content });
    }
    const d = await socket(world.d);
    u1.emit('webrtc_forward', { device_id: world.d.id, message: 'CALLING' });
    await u1.expectNext('success', 'Message forwarded');
    expect(await d.expect('webrtc_config')).toMatchObject({ sender_id: world.u1.id, is_device: false });
    await d.expect('webrtc_forward');
    d.emit('webrtc_forward', { user_id: world.u1.id, message: 'READY' });
    await d.expectNext('success', 'Message forwarded');
    expect(await u1.expect('webrtc_config')).toEqual({
      sender_id: world.d.id,
      is_device: true,
      content: { user_id: world.u1.id, message: 'READY' },
    });
  });

  it('17: says when there is nobody to forward to', async () => {
    const u1 = await socket(world.u1);
    for (const target of [{ email: world.u2.email }, { user_id: world.u2.id }, { device_id: world.d.id }]) {
      u1.emit('webrtc_forward', target);
      await u1.expectNext('error', 'Destinataire non connecte aux websockets');
    }
    for (const target of [{}, { email: 'nobody@example.org' }, { user_id: 2_000_000_000 }]) {
      u1.emit('webrtc_forward', target);
      await u1.expectNext('error', 'Utilisateur introuvable');
    }
    u1.emitBadly('webrtc_forward', { device_id: 0 });
    await u1.expectNext('error', 'Utilisateur introuvable');
  });

  it('17: does not tell strangers who has an account', async () => {
    const [u3, u1] = [await socket(world.u3), await socket(world.u1)];
    for (const target of [{ email: world.u2.email }, { email: 'nobody@example.org' }, { user_id: world.u2.id }]) {
      u3.emit('webrtc_forward', target);
      await u3.expectNext('error', 'Utilisateur introuvable');
    }
    u3.emit('webrtc_forward', { email: world.u1.email });
    await u3.expectNext('success', 'Message forwarded');
    await u1.expect('webrtc_config');
    await u1.expect('webrtc_forward');
  });

  it('18, 19: tells those who are invited, and the circle when they join', async () => {
    const [u2, u3] = [await inCircle(world.u2), await socket(world.u3)];
    u3.emit('join_circle', { circle_id: world.circle });
    await u3.expectNext('error', "Vous n'appartenez pas a ce cercle");
    u3.emitBadly('join_circle', {});
    await u3.expectNext('error', 'Parameter missing');
    const { id } = await circles.api(world.u1, 'POST', `circles/${world.circle}/invites`, { email: world.u3.email });
    await u3.expectNext('circle_invite', { event: 'invite', circle_id: world.circle, circle_invite_id: id });
    await circles.api(world.u3, 'POST', `invites/${id}/accept`);
    await u2.expectNext('circle', { event: 'join', user: world.u3.email, circle_id: world.circle });
    await u3.joinCircle(world.circle);
  });

  it('20: tells the circle what happens to it', async () => {
    const [u1, u2] = [await inCircle(world.u1), await inCircle(world.u2)];
    await circles.api(world.u1, 'PATCH', `circles/${world.circle}`, { name: 'New' });
    for (const client of [u1, u2]) await client.expectNext('circle', { event: 'update', circle_id: world.circle });
    await circles.join(world.u1, world.circle, world.u3);
    for (const client of [u1, u2]) await client.expect('circle');
    const u3 = await inCircle(world.u3);
    await circles.api(world.u2, 'DELETE', `circles/${world.circle}/members/me`);
    const quit = { event: 'quit', user: world.u2.email, circle_id: world.circle };
    for (const client of [u1, u2, u3]) await client.expectNext('circle', quit);
    await circles.api(world.u1, 'DELETE', `circles/${world.circle}/members/${world.u3.id}`);
    const kick = { event: 'kick', user: world.u3.email, from: world.u1.email, circle_id: world.circle };
    for (const client of [u1, u3]) await client.expectNext('circle', kick);
    await circles.api(world.u1, 'PATCH', `circles/${world.circle}`, { name: 'Newer' });
    await u1.expectNext('circle', { event: 'update', circle_id: world.circle });
    for (const client of [u2, u3]) await client.expectQuiet();
    await circles.api(world.u1, 'DELETE', `circles/${world.circle}`);
    await u1.expectNext('circle', { event: 'delete', circle_id: world.circle });
  });

  it('21, 22: tells the circle who signs in and out', async () => {
    const u1 = await inCircle(world.u1);
    const token = await circles.tokenOf(world.u2.email, world.u2.password);
    await u1.expectNext('circle', { event: 'connect', user: world.u2.email, circle_id: world.circle });
    await circles.api({ token }, 'POST', 'auth/logout');
    await u1.expectNext('circle', { event: 'disconnect', user: world.u2.email, circle_id: world.circle });
    const device = { event: 'device', device_id: world.d.id, circle_id: world.circle };
    const deviceToken = await circles.deviceToken(world.d);
    await u1.expectNext('circle', { ...device, type: 'connect' });
    await circles.api(world.u1, 'PATCH', `devices/${world.d.id}`, { name: 'Kitchen' });
    await u1.expectNext('circle', { ...device, type: 'update' });
    await circles.api({ token: deviceToken }, 'POST', 'auth/logout');
    await u1.expectNext('circle', { ...device, type: 'disconnect' });
  });

  it('23: ends the participation of whoever is kicked from a conversation', async () => {
    const [u1, u2] = [await joined(world.u1), await joined(world.u2)];
    await circles.api(world.u1, 'DELETE', `conversations/${world.conversation}/members/${world.u2.id}`);
    const kick = { event: 'kick', user: world.u2.email, from: world.u1.email, conversation_id: world.conversation };
    await u2.expectNext('conversation', kick);
    await u1.expectNext('conversation', kick);
    u1.emit('message', { conversation_id: world.conversation, text_message: 'they are gone' });
    await u1.expect('success');
    await u1.expect('message');
    await u2.expectQuiet();
    u2.emit('message', { conversation_id: world.conversation, text_message: 'am I?' });
    await u2.expectNext('error', 'Vous ne faites pas partie de cette conversation');
  });

  it('23: tells of invitations, promotions, changes and departures', async () => {
    await circles.join(world.u1, world.circle, world.u3);
    const [u1, u3] = [await joined(world.u1), await socket(world.u3)];
    const path = `conversations/${world.conversation}`;
    await circles.api(world.u1, 'POST', `${path}/members`, { email: world.u3.email });
    await u3.expectNext('conversation', { event: 'invite', conversation_id: world.conversation });
    await circles.api(world.u1, 'POST', `${path}/members/${world.u3.id}/promote`);
    await u3.expectNext('conversation', { event: 'promoted', conversation_id: world.conversation });
    await circles.api(world.u3, 'PATCH', path, { name: 'Other' });
    await u1.expectNext('conversation', { event: 'update', conversation_id: world.conversation });
    await circles.api(world.u1, 'DELETE', `${path}/members/me`);
    await u1.expectNext('conversation', { event: 'quit', user: world.u1.email, conversation_id: world.conversation });
    await u3.joinConversation(world.conversation);
    await circles.api(world.u3, 'DELETE', path);
    await u3.expectNext('conversation', { event: 'delete', conversation_id: world.conversation });
    await u1.expectQuiet();
  });

  it('24: tells of changed and deleted messages', async () => {
    const u2 = await joined(world.u2);
    const { id } = await circles.api(world.u1, 'POST', `conversations/${world.conversation}/messages`, { text: 'hi' });
    await u2.expect('message');
    await circles.api(world.u1, 'PATCH', `messages/${id}`, { text: 'hello' });
    const change = { conversation_id: world.conversation, message_id: id };
    await u2.expectNext('message', { ...change, event: 'update' });
    await circles.api(world.u1, 'DELETE', `messages/${id}`);
    await u2.expectNext('message', { ...change, event: 'delete' });
  });

  it('25: tells nothing more to whoever has left the room', async () => {
    const [u1, u2] = [await joined(world.u1), await joined(world.u2)];
    u2.emit('leave_conversation', { conversation_id: world.conversation });
    await u2.expectNext('success', 'Vous avez quitte la conversation');
    u1.emit('message', { conversation_id: world.conversation, text_message: 'hi' });
    await u1.expect('success');
    await u1.expect('message');
    await u2.expectQuiet();
    u2.emit('leave_conversation', { conversation_id: 2_000_000 });
    await u2.expectNext('success', 'Vous avez quitte la conversation');
    u2.emitBadly('leave_conversation', {});
    await u2.expectNext('error', 'Parameter conversation_id missing');
    await u2.joinCircle(world.circle);
    u2.emit('leave_circle', { circle_id: world.circle });
    await u2.expectNext('success', 'Vous avez quitte le cercle');
    u2.emitBadly('leave_circle', {});
    await u2.expectNext('error', 'Parameter circle_id missing');
  });
});
