import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CirclesClient, CirclesHarness, type Received, type World } from '../../support/circles.js';
import { sendsBadFrames } from '../../support/frame-witness.js';
import { ManualTime } from '../../support/manual-time.js';

describe('messages of a conversation', () => {
  let circles: CirclesHarness;
  let time: ManualTime;
  let world: World;
  let path: string;
  beforeAll(async () => {
    const started = await CirclesHarness.start({ RECOVERY_LIMIT: '600' });
    circles = started;
    time = ManualTime.of(started.server);
  });
  afterAll(() => circles.close());
  beforeEach(async () => {
    world = await circles.world();
    path = `conversations/${world.conversation}`;
  });
  afterEach(() => {
    circles.hangUp();
  });
  const joined = async (who: { token: string }) => (await circles.socket(who)).joinConversation(world.conversation);
  const say = (client: CirclesClient, text: string, more: object = {}) =>
    client.ask('message', { conversation_id: world.conversation, text_message: text, ...more });
  const comeBack = async (who: { token: string }, after: number | string) => {
    const client = await circles.socket(who);
    client.emit('join_conversation', { conversation_id: world.conversation, after });
    await client.expectNext('success', `Vous avez rejoins la conversation : conversation_${world.conversation}`);
    return client;
  };
  const recovered = (is: boolean, count: number) => ({
    event: 'recovered',
    conversation_id: world.conversation,
    recovered: is,
    count,
  });
  const idsOf = (events: readonly Received[]) => events.map(([, payload]) => payload.message.id as number);

  it('calls acknowledgements in addition to the channels of the protocol', async () => {
    sendsBadFrames();
    const u1 = await circles.connect();
    expect(await u1.ask('authenticate', {})).toEqual({
      ok: false,
      error: { code: 'unauthenticated', detail: 'Json web token introuvable' },
    });
    await u1.expect('error');
    expect(await u1.ask('authenticate', { token: world.u1.token })).toEqual({
      ok: true,
      message: 'User authenticated',
    });
    await u1.expect('success');
    const answer = await say(u1, 'hi', { client_message_id: 'c1' });
    expect(answer).toEqual({ ok: true, received: true, message_id: expect.any(Number), client_message_id: 'c1' });
    await u1.expectNext('success', { received: true, message_id: answer.message_id, client_message_id: 'c1' });
    expect(await u1.ask('message', { conversation_id: 2_000_000_000, text_message: 'x' })).toEqual({
      ok: false,
      error: { code: 'not_found', detail: 'Conversation introuvable' },
    });
    for (const event of ['webrtc_join_room', 'webrtc_leave_room', 'webrtc_room_forward'])
      expect(await u1.ask(event)).toEqual({ ok: true });
    expect(await u1.ask('webrtc_stun_info')).toMatchObject({ ok: true, config: [{ port: 3478 }] });
    expect(await u1.ask('writing', { conversation_id: world.conversation, is_writing: true })).toMatchObject({
      ok: true,
    });
  });

  it('authenticates clients in the handshake if they can', async () => {
    const fine = await circles.connect('4.x', { auth: { token: world.u1.token } });
    await fine.expectNext('success', 'User authenticated');
    await fine.joinConversation(world.conversation);
    const wrong = await circles.connect('3.x', { auth: { token: 'nonsense' } });
    await wrong.expectNext('error', 'User not found');
    await wrong.login(world.u2.token);
  });

  it('makes one message of what a client repeats, and refuses another one under the same id', async () => {
    const [u1, u2] = [await circles.socket(world.u1), await joined(world.u2)];
    const first = await say(u1, 'once', { client_message_id: 'a' });
    const message = await u2.expect('message');
    expect(message).toMatchObject({ client_message_id: 'a', message: { id: first.message_id } });
    expect(await say(u1, 'once', { client_message_id: 'a' })).toEqual(first);
    expect(await say(u1, 'twice', { client_message_id: 'a' })).toMatchObject({
      ok: false,
      error: { code: 'conflict' },
    });
    await u2.expectQuiet();
    const body = { text: 'once', clientMessageId: 'a' };
    const again = await circles.call('POST', `${path}/messages`, { token: world.u1.token, body });
    expect([again.status, again.body.id]).toEqual([200, first.message_id]);
    expect(await circles.status(world.u1, 'POST', `${path}/messages`, { ...body, text: 'other' })).toBe(409);
    expect(await circles.status(world.u2, 'POST', `${path}/messages`, body)).toBe(201);
    await circles.api(world.u1, 'DELETE', `messages/${first.message_id}`);
    expect(await say(u1, 'once', { client_message_id: 'a' })).toEqual(first);
  });

  it('makes one message of many simultaneous attempts, announced files included', async () => {
    const sockets = await Promise.all(Array.from({ length: 8 }, () => circles.socket(world.u1)));
    const u2 = await joined(world.u2);
    const answers = await Promise.all(
      sockets.map((socket) => say(socket, 'same', { client_message_id: 'k', files: ['a.jpg'] })),
    );
    expect(new Set(answers.map(({ message_id: id }) => id)).size).toBe(1);
    for (const socket of sockets) {
      expect((await socket.expect('media')).media_list).toMatchObject([{ identifier: 'a.jpg', uploaded: 'False' }]);
      await socket.expect('success');
    }
    await u2.expect('message');
    await u2.expectQuiet();
  });

  it('keeps a burst of one socket in order, and everybody sees the same order', async () => {
    const readers = [await joined(world.u1), await joined(world.u2), await joined(world.d)];
    const senders = [await circles.socket(world.u1), await circles.socket(world.u2), await circles.socket(world.d)];
    for (let n = 0; n < 200; n++) {
      for (const [who, sender] of senders.entries()) {
        sender.emit('message', { conversation_id: world.conversation, text_message: `${who} ${n}` });
      }
    }
    const seen: Received[][] = [];
    for (const reader of readers) {
      const events: Received[] = [];
      while (events.length < 600) events.push(await reader.next());
      seen.push(events);
    }
    const ids = idsOf(seen[0]!);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    for (const events of seen) expect(idsOf(events)).toEqual(ids);
    for (const who of ['0', '1', '2']) {
      const texts = seen[0]!.map(([, { message }]) => message.content as string).filter((text) => text.startsWith(who));
      expect(texts).toEqual(Array.from({ length: 200 }, (_, n) => `${who} ${n}`));
    }
  });

  it('answers the events of one socket in order, even if some of them are refused', async () => {
    sendsBadFrames();
    const u1 = await circles.socket(world.u1);
    const ok = (text: string) => ({ conversation_id: world.conversation, text_message: text });
    u1.emit('message', ok('a'));
    u1.emit('message', { conversation_id: 2_000_000_000, text_message: 'b' });
    u1.emit('message', ok('c'));
    u1.emit('message', {});
    u1.emit('join_conversation', { conversation_id: world.conversation });
    u1.emit('message', ok('d'));
    u1.emit('leave_conversation', { conversation_id: world.conversation });
    const events = [];
    for (let n = 0; n < 8; n++) events.push(await u1.next());
    expect(events.map(([event, payload]) => (typeof payload === 'string' ? payload : event))).toEqual([
      'success',
      'Conversation introuvable',
      'success',
      'Param conversation_id introuvable',
      `Vous avez rejoins la conversation : conversation_${world.conversation}`,
      'success',
      'message',
      'Vous avez quitte la conversation',
    ]);
  });

  it('replays what was missed, once and in order, while more is written', async () => {
    const u1 = await circles.socket(world.u1);
    const first = (await say(u1, 'first')).message_id as number;
    for (let n = 0; n < 450; n++) u1.emit('message', { conversation_id: world.conversation, text_message: `old ${n}` });
    await say(u1, 'last');
    const back = await comeBack(world.u2, first);
    for (let n = 0; n < 150; n++) u1.emit('message', { conversation_id: world.conversation, text_message: `new ${n}` });
    await back.expectNext('conversation', recovered(true, 451));
    const events: Received[] = [];
    while (events.length < 601) events.push(await back.next());
    expect(events.map(([, { message }]) => message.content)).toEqual([
      ...Array.from({ length: 450 }, (_, n) => `old ${n}`),
      'last',
      ...Array.from({ length: 150 }, (_, n) => `new ${n}`),
    ]);
    await back.expectQuiet();
    expect(events[0]![1]).toMatchObject({ status: 'done', media_list: [], sender: { email: world.u1.email } });
  });

  it('says plainly what it cannot recover', async () => {
    sendsBadFrames();
    const u1 = await circles.socket(world.u1);
    const { message_id: id } = await say(u1, 'first');
    for (let n = 0; n < 600; n++) u1.emit('message', { conversation_id: world.conversation, text_message: `${n}` });
    await say(u1, 'last');
    const tooFar = await comeBack(world.u2, id);
    await tooFar.expectNext('conversation', recovered(false, 0));
    await say(u1, 'live');
    expect((await tooFar.expect('message')).message.content).toBe('live');
    const future = await comeBack(world.u2, 2_000_000_000);
    await future.expectNext('conversation', recovered(false, 0));
    const { message_id: newest } = await say(u1, 'newest');
    const upToDate = await comeBack(world.u2, String(newest));
    await upToDate.expectNext('conversation', recovered(true, 0));
    await upToDate.expectQuiet();
    tooFar.emit('join_conversation', { conversation_id: world.conversation, after: 'x' });
    await tooFar.expect('message');
    await tooFar.expectNext('error', 'Parameter after invalid');
  });

  it('replays nothing that was deleted, and files in their present state', async () => {
    const u1 = await circles.socket(world.u1);
    const { message_id: deleted } = await say(u1, 'gone');
    await say(u1, '', { files: ['a.jpg'] });
    await circles.api(world.u1, 'DELETE', `messages/${deleted}`);
    const back = await comeBack(world.u2, 0);
    await back.expectNext('conversation', recovered(true, 1));
    expect(await back.expect('message')).toMatchObject({
      status: 'done',
      media_list: [{ identifier: 'a.jpg', uploaded: 'False' }],
    });
    await back.expectQuiet();
  });

  it('passes texts on verbatim', async () => {
    const [u1, u2] = [await circles.socket(world.u1), await joined(world.u2)];
    const texts = ['a\u0000b', '\ud800 lone', '👋 grüße', '{"__proto__":1}', 'x'.repeat(8_192), '   '];
    for (const text of texts) {
      expect((await say(u1, text)).ok).toBe(true);
      expect((await u2.expect('message')).message.content).toBe(text);
    }
    const { items } = await circles.api(world.u2, 'GET', `${path}/messages?after=0`);
    expect(items.map((item: { text: string }) => item.text)).toEqual(texts);
    const back = await comeBack(world.d, 0);
    await back.expect('conversation');
    for (const text of texts) expect((await back.expect('message')).message.content).toBe(text);
  });

  it('passes forwarded signals and typing notices on with any precision', async () => {
    const [u1, u2] = [await circles.socket(world.u1), await joined(world.u2)];
    u1.emit('writing', { conversation_id: world.conversation, is_writing: { a: [1, null, 'é'] } });
    expect((await u2.expect('writing')).is_writing).toEqual({ a: [1, null, 'é'] });
    await u1.expect('success');
  });

  it('passes repeated typing notices on once a second, and every change', async () => {
    const [u1, u2] = [await circles.socket(world.u1), await joined(world.u2)];
    const write = (value: unknown) => u1.ask('writing', { conversation_id: world.conversation, is_writing: value });
    for (const value of [true, true, true, false, false, true]) expect((await write(value)).ok).toBe(true);
    for (const value of [true, false, true]) expect((await u2.expect('writing')).is_writing).toBe(value);
    await u2.expectQuiet();
    await time.passes(1_050);
    await write(true);
    expect((await u2.expect('writing')).is_writing).toBe(true);
  });

  it('moves read markers forward only, and counts what is unread', async () => {
    sendsBadFrames();
    const [u1, u2] = [await joined(world.u1), await circles.socket(world.u2)];
    const ids = [];
    for (const text of ['a', 'b', 'c']) {
      ids.push((await say(u1, text)).message_id as number);
      await u1.expect('success');
      await u1.expect('message');
    }
    const unread = async (who: { token: string }) => (await circles.api(who, 'GET', path)).unreadCount as number;
    expect([await unread(world.u2), await unread(world.u1)]).toEqual([3, 0]);
    u2.emit('read', { conversation_id: world.conversation, message_id: ids[1] });
    await u2.expect('success');
    const event = { event: 'read', conversation_id: world.conversation, user: world.u2.email };
    await u1.expectNext('conversation', { ...event, message_id: ids[1] });
    expect(await unread(world.u2)).toBe(1);
    expect(await circles.api(world.u2, 'PUT', `${path}/read`, { messageId: ids[0] })).toEqual({ messageId: ids[1] });
    expect(await circles.api(world.u2, 'PUT', `${path}/read`, { messageId: ids[2] })).toEqual({ messageId: ids[2] });
    await u1.expectNext('conversation', { ...event, message_id: ids[2] });
    expect(await unread(world.u2)).toBe(0);
    const u3 = await circles.socket(world.u3);
    u3.emit('read', { conversation_id: world.conversation, message_id: ids[0] });
    await u3.expectNext('error', 'Vous ne faite pas partie de cette conversation');
    u3.emit('read', { conversation_id: world.conversation });
    await u3.expectNext('error', 'Parameter missing');
    await u1.expectQuiet();
  });

  it('lists and searches what the account may read', async () => {
    const u1 = await circles.socket(world.u1);
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) ids.push((await say(u1, `photo of the holidays ${n}`)).message_id);
    await circles.api(world.u1, 'PATCH', `messages/${ids[4]}`, { text: 'something else' });
    const list = async (query: string) => {
      const { items, nextCursor } = await circles.api(world.u2, 'GET', `${path}/messages?${query}`);
      return { ids: items.map((item: { id: number }) => item.id), nextCursor };
    };
    expect((await list('')).ids).toEqual([...ids].reverse());
    expect((await list(`after=${ids[1]}`)).ids).toEqual(ids.slice(2));
    expect((await list(`before=${ids[2]}`)).ids).toEqual([ids[1], ids[0]]);
    const first = await list('after=0&limit=2');
    expect(first.ids).toEqual(ids.slice(0, 2));
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    expect(second.ids).toEqual(ids.slice(2, 4));
    const newest = await list('limit=3');
    expect((await list(`limit=3&cursor=${newest.nextCursor}`)).ids).toEqual([ids[1], ids[0]]);
    expect((await list('q=HOLIDAYS')).ids).toEqual(ids.slice(0, 4).reverse());
    expect((await list('q=holidays%203&after=0')).ids).toEqual([ids[3]]);
    expect((await list('q=nowhere')).ids).toEqual([]);
    expect((await list('q=%22%27)%20OR%201=1%20--')).ids).toEqual([]);
    expect(await circles.status(world.u3, 'GET', `${path}/messages?q=holidays`)).toBe(404);
    for (const query of ['limit=0', 'after=-1', 'after=x', 'cursor=x', 'after=1&before=2', 'q=']) {
      expect(await circles.status(world.u1, 'GET', `${path}/messages?${query}`)).toBe(422);
    }
  });

  it('finds a message however often others use its words', async () => {
    const u1 = await circles.socket(world.u1);
    const { message_id: id } = await say(u1, 'the swordfish is in the garden');
    const { id: circle } = await circles.api(world.u3, 'POST', 'circles', { name: 'Attack' });
    const { id: theirs } = await circles.api(world.u3, 'POST', `circles/${circle}/conversations`, { name: 'Attack' });
    const text = `qconv${world.conversation} swordfish garden`;
    for (let n = 0; n < 60; n++) await circles.api(world.u3, 'POST', `conversations/${theirs}/messages`, { text });
    for (const query of ['q=swordfish', 'q=swordfish&after=0', 'q=garden&limit=1']) {
      const { items } = await circles.api(world.u2, 'GET', `${path}/messages?${query}`);
      expect(items.map((item: { id: number }) => item.id)).toEqual([id]);
    }
  });

  it('knows who is online from their first socket to the end of their last', async () => {
    const isOnline = async () => {
      const { items } = await circles.api(world.u1, 'GET', `circles/${world.circle}/members`);
      return items.find((member: { id: number }) => member.id === world.u2.id).isOnline as boolean;
    };
    expect(await isOnline()).toBe(false);
    const sockets = [await circles.socket(world.u2), await circles.socket(world.u2)];
    expect(await isOnline()).toBe(true);
    sockets[0]!.socket.close();
    await sleep(50);
    expect(await isOnline()).toBe(true);
    sockets[1]!.socket.close();
    await expect.poll(isOnline).toBe(false);
    const u1 = await joined(world.u1);
    await circles.api(world.u2, 'POST', `${path}/messages`, { text: 'from afar' });
    expect((await u1.expect('message')).sender.isOnline).toBe(false);
  });

  it('makes the messages of a removed account anonymous and takes it out of its circles', async () => {
    const u1 = await (await joined(world.u1)).joinCircle(world.circle);
    const u2 = await circles.socket(world.u2);
    const { message_id: id } = await say(u2, 'remember me');
    await u1.expect('message');
    await circles.api(world.u2, 'DELETE', 'accounts/me');
    await u1.expectNext('circle', { event: 'quit', user: world.u2.email, circle_id: world.circle });
    expect(await u2.untilDisconnected()).toBe('io server disconnect');
    await u1.expectQuiet();
    const { items } = await circles.api(world.u1, 'GET', `${path}/messages`);
    expect(items).toMatchObject([{ id, text: 'remember me', sender: null }]);
    const back = await comeBack(world.d, 0);
    await back.expect('conversation');
    expect((await back.expect('message')).sender).toBeNull();
  });
});
