import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CLIENTS,
  type ClientVersion,
  invite,
  type SignalingClient,
  SignalingHarness,
} from '../../support/signaling.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

const versions = Object.keys(CLIENTS) as ClientVersion[];

let harness: SignalingHarness;
beforeAll(async () => {
  harness = await SignalingHarness.start();
});
afterAll(() => harness.close());
afterEach(() => harness.hangUp());

describe.each(versions)('signaling with clients %s', (version) => {
  it('1: lists the others, named or not, on request', async () => {
    const [a, b, c, d] = [
      await harness.connect(version),
      await harness.connect(version),
      await harness.connect(version),
      await harness.connect(version),
    ];
    a.emit('connections');
    const [event, text, ...rest] = await a.next();
    expect([event, typeof text, rest]).toEqual(['connections', 'string', []]);
    expect(JSON.parse(text as string)).toEqual([b, c, d].map(({ sid }) => ({ sid, name: '' })));
    for (const client of [b, c, d]) await client.expectNothing(10);
  });

  it('2, 3: tells the others each new name, and who leaves', async () => {
    const [a, b, c, d] = [
      await harness.connect(version),
      await harness.connect(version),
      await harness.connect(version),
      await harness.connect(version),
    ];
    for (const name of ['Ala', 'Ala K.']) {
      a.emit('name', name);
      for (const client of [b, c, d]) await client.expectNext('add-connection', JSON.stringify({ sid: a.sid, name }));
    }
    await a.expectNothing();
    d.close();
    for (const client of [a, b, c]) await client.expectNext('remove-connection', d.sid);
  });

  describe('between named peers', () => {
    let a: SignalingClient;
    let b: SignalingClient;
    let c: SignalingClient;
    beforeEach(async () => {
      [a, b, c] = (await harness.peers(['Ala', 'Bob', 'Cyd'], version)) as [
        SignalingClient,
        SignalingClient,
        SignalingClient,
      ];
    });

    it('4, 6: rings only the receiver, and creates a room on acceptance', async () => {
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      await a.expectNothing();
      b.emit('accept-invitation', invite(a, b));
      await a.expectNext('invite-accepted', invite(a, b));
      const [event, grown] = (await a.next()) as [string, { room_id: string; peers: string }];
      expect(event).toBe('create-peer');
      expect(Object.keys(grown)).toEqual(['room_id', 'peers']);
      expect(JSON.parse(grown.peers)).toEqual([a.sid, b.sid]);
      await b.expectNext('create-peer', grown);
      await c.expectNothing();
    });

    it('7: tells the other side about a refusal, and about a cancelled call', async () => {
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      b.emit('decline-invitation', invite(a, b));
      await a.expectNext('invite-declined', invite(a, b));
      await b.expectNothing();
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      a.emit('decline-invitation', invite(a, b));
      await b.expectNext('invite-declined', invite(a, b));
      await a.expectNothing();
    });

    it('8: tells members of the same room that they are in one', async () => {
      await harness.call(a, b);
      a.emit('send-invitation', b.sid);
      await a.expectNext('room-is-already-set');
      await b.expectNothing();
    });

    it('9: asks a busy peer instead of ringing', async () => {
      await harness.call(a, b);
      c.emit('send-invitation', b.sid);
      await c.expectNext('room-is-already-set');
      await b.expectNext('invitation-request', { sender_sid: c.sid });
      await a.expectNothing();
    });

    it('10: admits a third one to the room', async () => {
      const room = await harness.call(a, b);
      a.emit('send-invitation', c.sid);
      await c.expectNext('receive-invite', invite(a, c));
      c.emit('accept-invitation', invite(a, c));
      await a.expectNext('invite-accepted', invite(a, c));
      const grown = { room_id: room, peers: JSON.stringify([a.sid, b.sid, c.sid]) };
      for (const client of [a, b, c]) await client.expectNext('create-peer', grown);
    });

    it.each(['offer', 'answer', 'candidate'])('11: relays %s to its receiver, unchanged', async (event) => {
      const object = {
        type: event,
        receiver_sid: b.sid,
        sender_sid: a.sid,
        description: { type: event, sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=grüße\r\n' },
      };
      a.emit(event, object);
      await b.expectNext(event, object);
      for (const client of [a, c]) await client.expectNothing();
    });

    it('12: relays nothing without a receiver', async () => {
      sendsBadFrames();
      for (const object of [{ receiver_sid: null }, {}, { receiver_sid: 'nosuch' }, { receiver_sid: [b.sid] }]) {
        a.emit('offer', object);
      }
      a.emit('offer', { receiver_sid: b.sid, n: 1 });
      await b.expectNext('offer', { receiver_sid: b.sid, n: 1 });
      for (const client of [a, c]) await client.expectNothing();
      expect(a.socket.connected).toBe(true);
    });

    it('13: passes chat to the others in the room, and to nobody outside a room', async () => {
      const chat = { senderName: 'Ala(x)', data: 'hi' };
      a.emit('chat', chat);
      for (const client of [a, b, c]) await client.expectNothing();
      await harness.call(a, b);
      a.emit('chat', chat);
      await b.expectNext('message', chat);
      for (const client of [a, c]) await client.expectNothing();
    });

    it.each(['toggle-mic', 'toggle-video'])(
      '14: tells the whole room about %s, including the sender',
      async (event) => {
        await harness.call(a, b);
        a.emit(event);
        for (const client of [a, b]) await client.expectNext(event, { sender_sid: a.sid });
        await c.expectNothing();
      },
    );

    it('15: tells the whole room who leaves, who can then be invited', async () => {
      await harness.call(a, b);
      a.emit('send-invitation', c.sid);
      await c.expectNext('receive-invite', invite(a, c));
      c.emit('accept-invitation', invite(a, c));
      await harness.settle([a, b, c]);
      b.emit('leave-room');
      for (const client of [a, b, c]) await client.expectNext('remove-peer-connection', { sender_sid: b.sid });
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
    });

    it('16: accepts an acceptance only from the receiver', async () => {
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      c.emit('accept-invitation', invite(a, b));
      for (const client of [a, b, c]) await client.expectNothing();
      c.emit('decline-invitation', invite(a, b));
      for (const client of [a, b, c]) await client.expectNothing();
      b.emit('accept-invitation', invite(a, b));
      await a.expectNext('invite-accepted', invite(a, b));
    });

    it('17: ignores an acceptance without an invitation', async () => {
      b.emit('accept-invitation', invite(a, b));
      for (const client of [a, b, c]) await client.expectNothing();
    });

    it('18: removes a disconnected peer from the room and from the lobby', async () => {
      await harness.call(a, b);
      a.close();
      await b.expectNext('remove-peer-connection', { sender_sid: a.sid });
      await b.expectNext('remove-connection', a.sid);
      await c.expectNext('remove-connection', a.sid);
      b.emit('send-invitation', c.sid);
      await c.expectNext('receive-invite', invite(b, c));
      c.emit('accept-invitation', invite(b, c));
      await b.expectNext('invite-accepted', invite(b, c));
      const [, { peers }] = (await b.next()) as [string, { peers: string }];
      expect(JSON.parse(peers)).toEqual([b.sid, c.sid]);
    });

    it('21: leaves silently with leave-all-rooms', async () => {
      await harness.call(a, b);
      b.emit('leave-all-rooms');
      for (const client of [a, b, c]) await client.expectNothing();
      a.emit('chat', 'hi');
      await b.expectNothing();
      c.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(c, b));
    });

    it('acknowledges without arguments, when asked', async () => {
      sendsBadFrames();
      for (const event of ['name', 'connections', 'offer', 'send-invitation', 'accept-invitation', 'leave-room']) {
        const args = await new Promise<unknown[]>((resolve) => {
          a.emit(event, 'x', (...given: unknown[]) => {
            resolve(given);
          });
        });
        expect(args).toEqual([]);
      }
    });
  });
});
