import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientFrame, RawWebSocket } from '../../support/raw-websocket.js';
import { invite, type SignalingClient, SignalingHarness } from '../../support/signaling.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

describe('signaling under bad input', () => {
  beforeEach(sendsBadFrames);
  let harness: SignalingHarness;
  let a: SignalingClient;
  let b: SignalingClient;
  let c: SignalingClient;
  beforeAll(async () => {
    harness = await SignalingHarness.start();
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    [a, b, c] = (await harness.peers(['Ala', 'Bob', 'Cyd'])) as [SignalingClient, SignalingClient, SignalingClient];
  });
  afterEach(() => harness.hangUp());

  /** A peer that speaks raw Engine.IO. */
  async function rawPeer(): Promise<{ raw: RawWebSocket; sid: string }> {
    const raw = await RawWebSocket.open(
      Number(new URL(harness.server.url).port),
      '/socket.io/?EIO=4&transport=websocket',
    );
    await raw.until((r) => r.texts.length === 1);
    raw.socket.write(clientFrame('40'));
    await raw.until((r) => r.texts.length === 2);
    const { sid } = JSON.parse(raw.texts[1]?.slice(2) ?? '') as { sid: string };
    return { raw, sid };
  }

  it.each(['offer', 'answer', 'candidate'])('puts the real sender into %s, and adds none', async (event) => {
    a.emit(event, { receiver_sid: b.sid, sender_sid: c.sid, n: 1 });
    await b.expectNext(event, { receiver_sid: b.sid, sender_sid: a.sid, n: 1 });
    a.emit(event, { receiver_sid: b.sid, sender_sid: null });
    await b.expectNext(event, { receiver_sid: b.sid, sender_sid: a.sid });
    a.emit(event, { receiver_sid: b.sid });
    await b.expectNext(event, { receiver_sid: b.sid });
  });

  it.each([
    (own: string, other: string) => `"sender_sid":"${other}","sender_sid":"${own}"`,
    (own: string, other: string) => `"sender_sid":"${own}","sender_sid":"${other}"`,
    (own: string, other: string) => `"sender\\u005fsid":"${other}","n":1,"sender_sid":"${own}"`,
    (own: string, other: string) => `"sender_sid":"${own}","sender_sid":{"a":"${other}"},"sender_sid":"${own}"`,
  ])('lets nobody pose as another by naming two senders (%#)', async (senders) => {
    const { raw: sender, sid } = await rawPeer();
    const { raw: receiver, sid: receiverSid } = await rawPeer();
    for (const event of ['offer', 'answer', 'candidate']) {
      const seen = receiver.texts.length;
      sender.socket.write(clientFrame(`42["${event}",{"receiver_sid":"${receiverSid}",${senders(sid, c.sid)}}]`));
      await receiver.until((r) => r.texts.slice(seen).some((text) => text.startsWith(`42["${event}"`)));
      const relayed = receiver.texts.slice(seen).find((text) => text.startsWith(`42["${event}"`)) ?? '';
      expect(relayed).toContain(sid);
      expect(relayed).not.toContain(c.sid);
    }
    sender.socket.destroy();
    receiver.socket.destroy();
  });

  it('lets nobody pose as another by a name that some V8 misread', async () => {
    const { raw: sender, sid } = await rawPeer();
    const { raw: receiver, sid: receiverSid } = await rawPeer();
    // After this, JSON.parse of Node 24 takes the next one's escaped name for this one's: nodejs/node#63785.
    sender.socket.write(clientFrame('42["offer",{"receiver_sid":"","q":0,"\\\\u0073ende":0}]'));
    const before = receiver.texts.length;
    const forged = `{"receiver_sid":"${receiverSid}","q":0,"\\u0073ender_sid":"${c.sid}"}`;
    sender.socket.write(clientFrame(`42["offer",${forged}]`));
    await receiver.until((r) => r.texts.length > before);
    expect(receiver.texts.at(-1)).toBe(`42["offer",{"receiver_sid":"${receiverSid}","q":0,"sender_sid":"${sid}"}]`);
    sender.socket.destroy();
    receiver.socket.destroy();
  });

  it.each([
    ['plain', 'x'],
    ['escaped', '\n'],
    ['of two units', '😀'],
  ])('counts the characters of a chat in %s', async (_what, character) => {
    await harness.call(a, b);
    for (const wrap of [(data: string): unknown => data, (data: string) => ({ senderName: `Ala(${a.sid})`, data })]) {
      const most = wrap(character.repeat(4_000));
      a.emit('chat', wrap(character.repeat(4_001)));
      a.emit('chat', most);
      await b.expectNext('message', most);
    }
  });

  it.each([
    ['x', 100],
    ['😀', 100],
  ])('counts the characters of a name in %s', async (character, most) => {
    a.emit('name', character.repeat(most + 1));
    a.emit('name', character.repeat(most));
    await b.expectNext('add-connection', JSON.stringify({ sid: a.sid, name: character.repeat(most) }));
  });

  it('answers objects and chats that contain bytes, but does not pass them on', async () => {
    await harness.call(a, b);
    const bytes = Buffer.from([1, 2, 3]);
    for (const event of ['offer', 'answer', 'candidate']) {
      a.emit(event, { receiver_sid: b.sid, bytes });
      await a.expectNext('error', 'Binary members are not passed on; send them as text.');
    }
    for (const value of [bytes, { data: bytes }]) {
      a.emit('chat', value);
      await a.expectNext('error', 'Binary members are not passed on; send them as text.');
    }
    a.emit('chat', 'text');
    await b.expectNext('message', 'text');
  });

  it('relays only to a peer in the lobby, never to a room, a channel or the sender', async () => {
    const room = await harness.call(a, b);
    const strange = [
      null,
      0,
      true,
      {},
      [b.sid],
      '',
      'nosuch',
      room,
      'lobby',
      `peer:${b.sid}`,
      `${b.sid} `,
      '__proto__',
    ];
    for (const receiver_sid of [...strange, c.sid]) c.emit('offer', { receiver_sid });
    for (const receiver_sid of [...strange, a.sid]) a.emit('candidate', { receiver_sid });
    for (const value of [null, 'text', 7, [{ receiver_sid: b.sid }], undefined]) a.emit('answer', value);
    expect(await harness.settle([a, b, c])).toEqual([[], [], []]);
  });

  it('passes on values at any precision, however the packet is written', async () => {
    const { raw, sid } = await rawPeer();
    const values = '"big":12345678901234567890,"exp":1e400,"__proto__":{"a":"\\u0000\\ud800"},"deep":[[[{}]]]';
    for (const [packet, json] of [
      [`42["offer",{"receiver_sid":"${sid}",${values}}]`, `{"receiver_sid":"${sid}",${values}}`],
      [`42[ "offer" , { "receiver_sid":"${sid}",${values}} ]`, `{ "receiver_sid":"${sid}",${values}}`],
      [`427["\\u006fffer",{"receiver_sid":"${sid}"}, 1]`, `{"receiver_sid":"${sid}"}`],
      [`42["offer",{"receiver_sid":"x","receiver_sid":"${sid}"}]`, `{"receiver_sid":"x","receiver_sid":"${sid}"}`],
      [
        `42["offer",{"receiver_sid":"${sid}","sender_sid":"x",${values},"\\u0073ender_sid":1}]`,
        `{"receiver_sid":"${sid}","sender_sid":"SID",${values},"sender_sid":"SID"}`,
      ],
    ] as const) {
      const sender = await rawPeer();
      const before = raw.texts.length;
      sender.raw.socket.write(clientFrame(packet));
      await raw.until((r) => r.texts.length > before);
      expect(raw.texts.at(-1)).toBe(`42["offer",${json.replaceAll('SID', sender.sid)}]`);
      const gone = raw.texts.length;
      sender.raw.socket.destroy();
      await raw.until((r) => r.texts.length > gone);
    }
    raw.socket.destroy();
  });

  it('passes on an SDP of 60 kB and drops one of 600 kB, keeping the sender', async () => {
    const offer = (size: number) => ({ receiver_sid: b.sid, description: { sdp: 's'.repeat(size) } });
    a.emit('offer', offer(600_000));
    a.emit('offer', offer(262_145));
    a.emit('offer', { receiver_sid: b.sid, sdp: 'ł'.repeat(140_000) });
    a.emit('offer', offer(60_000));
    await b.expectNext('offer', offer(60_000));
    await a.expectNothing();
    expect(a.socket.connected).toBe(true);
  });

  it('ends only the connection that sends what is larger than a frame may be', async () => {
    const { raw, sid } = await rawPeer();
    raw.socket.write(clientFrame(`42["offer",{"receiver_sid":"${b.sid}","x":"${'x'.repeat(1_100_000)}"}]`));
    await raw.until((r) => r.ended || r.closeCode !== undefined);
    await b.expectNext('remove-connection', sid);
    a.emit('offer', { receiver_sid: b.sid });
    await b.expectNext('offer', { receiver_sid: b.sid });
    raw.socket.destroy();
  });

  it('accepts names up to 100 characters and chat up to 4,000', async () => {
    await harness.call(a, b);
    for (const name of ['x'.repeat(101), '👋'.repeat(101), 7, null, { name: 'x' }, ['x']]) a.emit('name', name);
    // Others could not tell these names from others, or from none.
    const unseen = ['Bob\u200b', '\u202eboB', 'B\u0000b', 'Bob\n', '\u3164', '   ', '\ud800'];
    for (const name of unseen) a.emit('name', name);
    for (const chat of ['x'.repeat(4_001), { text: 'x'.repeat(4_001) }]) a.emit('chat', chat);
    a.emit('chat');
    expect(await harness.settle([a, b, c])).toEqual([[], [], []]);
    const names = ['x'.repeat(100), '👋'.repeat(100), '', '</script><b>"', '\u{1f469}\u200d\u{1f4bb} Ala'];
    for (const name of names) a.emit('name', name);
    for (const name of names) await c.expectNext('add-connection', JSON.stringify({ sid: a.sid, name }));
    a.emit('chat', 'x'.repeat(3_998));
    a.emit('chat', null);
    const [, heard] = await harness.settle([a, b]);
    expect(heard?.slice(names.length)).toEqual([
      ['message', 'x'.repeat(3_998)],
      ['message', null],
    ]);
  });

  it('stays silent about answers that name no invitation', async () => {
    a.emit('send-invitation', b.sid);
    await b.expectNext('receive-invite', invite(a, b));
    for (const event of ['accept-invitation', 'decline-invitation']) {
      for (const text of ['', '{', '[]', 'null', '7', '{}', '{"sender_sid":1,"receiver_sid":2}', 'x'.repeat(100_000)]) {
        b.emit(event, text);
      }
      b.emit(event);
      b.emit(event, { sender_sid: a.sid, receiver_sid: b.sid });
      b.emit(event, JSON.stringify({ sender_sid: a.sid }));
      c.emit(event, invite(a, b));
      c.emit(event, invite(a, c));
      a.emit('accept-invitation', invite(a, b));
    }
    for (const receiver of [null, 7, {}, [b.sid], undefined, 'x'.repeat(101)]) a.emit('send-invitation', receiver);
    expect(await harness.settle([a, b, c])).toEqual([[], [], []]);
    b.emit('accept-invitation', invite(a, b));
    await a.expectNext('invite-accepted', invite(a, b));
  });

  it('lets 500 invitations in a second disturb nobody else', async () => {
    for (let i = 0; i < 500; i++) a.emit('send-invitation', i % 2 === 0 ? b.sid : `nobody ${i}`);
    c.emit('offer', { receiver_sid: b.sid, n: 1 });
    const [sent, rung, other] = await harness.settle([a, b, c]);
    expect([sent, other]).toEqual([[], []]);
    expect(rung?.filter(([event]) => event === 'receive-invite')).toHaveLength(5);
    expect(rung?.filter(([event]) => event === 'offer')).toHaveLength(1);
    b.emit('accept-invitation', invite(a, b));
    await a.expectNext('invite-accepted', invite(a, b));
  });

  it('ends only the connection of a malformed packet', async () => {
    const { raw, sid } = await rawPeer();
    raw.socket.write(clientFrame('42["offer",{"receiver_sid":'));
    await raw.until((r) => r.ended || r.closeCode !== undefined);
    for (const client of [a, b, c]) await client.expectNext('remove-connection', sid);
    raw.socket.destroy();
  });

  it('does not answer unknown events', async () => {
    for (const event of [
      'exception',
      'error',
      'connect',
      'constructor',
      'disconnect ',
      '__proto__',
      'remove-connection',
    ]) {
      if (event !== 'connect') a.emit(event, { receiver_sid: b.sid });
    }
    expect(await harness.settle([a, b, c])).toEqual([[], [], []]);
  });
});
