import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CirclesHarness, type World } from '../../support/circles.js';

describe('changes that act on live sockets', () => {
  let circles: CirclesHarness;
  let world: World;
  beforeAll(async () => {
    circles = await CirclesHarness.start({ WRITING_REPEAT_MS: '0' });
  });
  afterAll(() => circles.close());
  beforeEach(async () => {
    world = await circles.world();
  });
  afterEach(() => {
    circles.hangUp();
  });
  const joined = async (who: { token: string }) => (await circles.socket(who)).joinConversation(world.conversation);
  const speak = (text: string) =>
    circles.api(world.u1, 'POST', `conversations/${world.conversation}/messages`, { text });

  it('a kick from the circle ends its conversations for that person, on all sockets, without further events', async () => {
    const sockets = [await joined(world.u2), await joined(world.u2)];
    for (const socket of sockets) await socket.joinCircle(world.circle);
    await circles.api(world.u1, 'DELETE', `circles/${world.circle}/members/${world.u2.id}`);
    await speak('they are gone');
    for (const socket of sockets) {
      expect(await socket.expect('circle')).toMatchObject({ event: 'kick' });
      await socket.expectQuiet();
      for (const event of ['join_conversation', 'writing', 'message']) {
        const payload = { conversation_id: world.conversation, is_writing: true, text_message: 'x' };
        expect((await socket.ask(event, payload)).ok).toBe(false);
        await socket.expect('error');
      }
    }
    await circles.join(world.u1, world.circle, world.u2);
    expect(await circles.status(world.u2, 'GET', `conversations/${world.conversation}`)).toBe(404);
  });

  it('leaving hands ADMIN on, and removes what is left empty', async () => {
    const path = `conversations/${world.conversation}`;
    await circles.api(world.u1, 'DELETE', `circles/${world.circle}/members/me`);
    expect(await circles.api(world.u2, 'GET', `circles/${world.circle}`)).toMatchObject({ privilege: 'ADMIN' });
    expect(await circles.api(world.u2, 'GET', path)).toMatchObject({ privilege: 'ADMIN' });
    const d = await joined(world.d);
    await circles.api(world.u2, 'DELETE', `circles/${world.circle}/members/me`);
    expect(await d.untilDisconnected()).toBe('io server disconnect');
    expect(await circles.status(world.u2, 'GET', `circles/${world.circle}`)).toBe(404);
    expect((await circles.call('POST', 'auth/device-login', { body: world.d })).status).toBe(422);
    const { username, password } = world.d;
    expect((await circles.call('POST', 'auth/device-login', { body: { username, password } })).status).toBe(401);
  });

  it('a conversation left with one participant is removed when somebody leaves, not when somebody is kicked', async () => {
    const [kept, left] = [
      await circles.conversation(world.u1, world.circle, [world.u2], false),
      await circles.conversation(world.u1, world.circle, [world.u2], false),
    ];
    const u1 = await (await (await circles.socket(world.u1)).joinConversation(kept)).joinConversation(left);
    await circles.api(world.u1, 'DELETE', `conversations/${kept}/members/${world.u2.id}`);
    expect(await u1.expect('conversation')).toMatchObject({ event: 'kick', conversation_id: kept });
    expect(await circles.status(world.u1, 'GET', `conversations/${kept}`)).toBe(200);
    await circles.api(world.u2, 'DELETE', `conversations/${left}/members/me`);
    expect(await u1.expect('conversation')).toMatchObject({ event: 'quit', conversation_id: left });
    await u1.expectNext('conversation', { event: 'delete', conversation_id: left });
    expect(await circles.status(world.u1, 'GET', `conversations/${left}`)).toBe(404);
    await circles.api(world.u2, 'DELETE', `conversations/${world.conversation}/members/me`);
    expect(await circles.status(world.u1, 'GET', `conversations/${world.conversation}`)).toBe(200);
  });

  it('a device is disconnected when its password is changed, its login ended, or itself removed', async () => {
    const first = await circles.socket(world.d);
    const { password } = await circles.api(world.u1, 'POST', `devices/${world.d.id}/password`);
    expect(await first.untilDisconnected()).toBe('io server disconnect');
    const { username } = world.d;
    expect((await circles.call('POST', 'auth/device-login', { body: world.d })).status).toBe(422);
    const body = { username, password: world.d.password };
    expect((await circles.call('POST', 'auth/device-login', { body })).status).toBe(401);
    const token = await circles.deviceToken({ username, password });
    expect(await circles.api({ token }, 'GET', 'auth/me')).toMatchObject({ id: world.d.id, username });
    const second = await circles.socket({ token });
    await circles.api({ token }, 'POST', 'auth/logout');
    expect(await second.untilDisconnected()).toBe('io server disconnect');
    const third = await circles.socket({ token: await circles.deviceToken({ username, password }) });
    await circles.api(world.u1, 'DELETE', `devices/${world.d.id}`);
    expect(await third.untilDisconnected()).toBe('io server disconnect');
  });

  it('ending a login ends all its sockets, over WebSocket and polling', async () => {
    for (const transport of ['websocket', 'polling']) {
      const token = await circles.tokenOf(world.u3.email, world.u3.password);
      const sockets = [];
      for (let n = 0; n < 3; n++) sockets.push(await circles.socket({ token }, '4.x', { transports: [transport] }));
      await circles.api({ token }, 'POST', 'auth/logout');
      const reasons = await Promise.all(sockets.map((socket) => socket.untilDisconnected()));
      expect(reasons).toEqual(Array.from(sockets, () => 'io server disconnect'));
    }
  });

  it('removing a circle ends everything live in it', async () => {
    const [u2, d] = [await joined(world.u2), await joined(world.d)];
    await u2.joinCircle(world.circle);
    await circles.api(world.u1, 'DELETE', `circles/${world.circle}`);
    await u2.expectNext('circle', { event: 'delete', circle_id: world.circle });
    expect(await d.untilDisconnected()).toBe('io server disconnect');
    expect((await u2.ask('writing', { conversation_id: world.conversation, is_writing: true })).ok).toBe(false);
    await u2.expect('error');
    await u2.expectQuiet();
    expect(await circles.status(world.u1, 'GET', `conversations/${world.conversation}`)).toBe(404);
  });

  it('whoever is kicked while joining hears nothing', async () => {
    const u1 = await joined(world.u1);
    for (let round = 0; round < 15; round++) {
      const u2 = await circles.socket(world.u2);
      const joining = u2.ask('join_conversation', { conversation_id: world.conversation, after: 0 });
      const kicking = circles.api(world.u1, 'DELETE', `conversations/${world.conversation}/members/${world.u2.id}`);
      await Promise.all([joining, kicking]);
      await u1.ask('message', { conversation_id: world.conversation, text_message: 'secret' });
      await u2.ask('webrtc_stun_info');
      const heard = u2
        .drain()
        .filter(([event, payload]) => event === 'message' && payload.message.content === 'secret');
      expect(heard).toEqual([]);
      u2.socket.close();
      // What is in the history from here on may be read again.
      const { items } = await circles.api(world.u1, 'GET', `conversations/${world.conversation}/messages`);
      for (const { id } of items) await circles.api(world.u1, 'DELETE', `messages/${id}`);
      await circles.api(world.u1, 'POST', `conversations/${world.conversation}/members`, { userId: world.u2.id });
    }
  });

  it('ADMIN of a circle is handed on, and there is always one', async () => {
    const path = `circles/${world.circle}/members`;
    expect(await circles.status(world.u1, 'PATCH', `${path}/${world.u1.id}`, { privilege: 'MEMBRE' })).toBe(409);
    await circles.api(world.u1, 'PATCH', `${path}/${world.u2.id}`, { privilege: 'ADMIN' });
    const { items } = await circles.api(world.u2, 'GET', path);
    expect(items.map(({ privilege }: { privilege: string }) => privilege)).toEqual(['MEMBRE', 'ADMIN']);
    expect(await circles.status(world.u1, 'DELETE', `${path}/${world.u2.id}`)).toBe(403);
  });

  it('a revocation ends the sockets and the access token of an account, and refuses new ones like a wrong token', async () => {
    const socket = await circles.socket(world.u2);
    const admin = await circles.admin();
    const { id } = await circles.api(admin, 'POST', 'revocations', { user: world.u2.id });
    expect(await socket.untilDisconnected()).toBe('io server disconnect');
    const again = await circles.connect();
    again.emit('authenticate', { token: world.u2.token });
    await again.expectNext('error', 'User not found');
    expect(await circles.status(world.u2, 'GET', 'circles')).toBe(401);
    expect(await circles.status(admin, 'DELETE', `revocations/${id}`)).toBe(204);
    again.emit('authenticate', { token: world.u2.token });
    await again.expectNext('success', 'User authenticated');
  });

  it('inviting a member, or somebody already invited, is a conflict', async () => {
    const invite = (email: string) => circles.status(world.u1, 'POST', `circles/${world.circle}/invites`, { email });
    expect([await invite(world.u2.email), await invite(world.u3.email), await invite(world.u3.email)]).toEqual([
      409, 201, 409,
    ]);
    expect([await invite('nobody@example.org'), await invite('Nobody@Example.org')]).toEqual([201, 409]);
    const { items } = await circles.api(world.u3, 'GET', 'invites');
    expect(items).toMatchObject([{ circleId: world.circle, email: world.u3.email, invitedBy: world.u1.id }]);
    expect(await circles.status(world.u3, 'POST', `invites/${items[0].id}/decline`)).toBe(204);
    const { items: pending } = await circles.api(world.u1, 'GET', `circles/${world.circle}/invites`);
    expect(pending).toMatchObject([{ email: 'nobody@example.org' }]);
    expect(Object.keys(pending[0])).toEqual(Object.keys(items[0]));
    expect(await circles.status(world.u1, 'DELETE', `invites/${pending[0].id}`)).toBe(204);
    const path = `conversations/${world.conversation}/members`;
    expect(await circles.status(world.u1, 'POST', path, { userId: world.u2.id })).toBe(409);
    expect(await circles.status(world.u1, 'POST', path, { email: world.u3.email })).toBe(404);
    expect(await circles.status(world.u1, 'POST', path, {})).toBe(422);
  });
});
