import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUser } from '../../support/api.js';
import { CirclesClient } from '../../support/circles.js';
import { RoomsHarness, type TestApplication } from '../../support/rooms.js';
import { ServicesHarness } from '../../support/services.js';

interface Listed {
  readonly id: string;
  readonly node: string;
  readonly code?: number;
}

describe('current and ended connections', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let app: TestApplication;

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    app = await rooms.application('Console');
    await (await ServicesHarness.on(rooms.app)).nodesKnowEachOther();
  });
  afterAll(() => rooms.close());

  const list = async (query: string, path = 'connections'): Promise<Listed[]> => {
    const { status, body } = await rooms.admin('GET', `${path}?${query}`);
    expect([query, status]).toEqual([query, 200]);
    expect(body.missing).toEqual([]);
    return body.items as Listed[];
  };
  const only = async (query: string, path?: string): Promise<Listed> => {
    const items = await list(query, path);
    expect(items).toHaveLength(1);
    return items[0]!;
  };

  it('have counters of messages in both directions, and the identity of a socket', async () => {
    await rooms.room(app, 'counted');
    const reader = await rooms.member(app, 'counted', 'read', 'reader');
    const endpoint = await rooms.endpoint(app, 'counted', 'write', 'writer');
    const writer = await rooms.connect(endpoint, '', { headers: { 'user-agent': 'Kiosk/2.1' } });
    const frame = JSON.stringify({ message: 'hello' });
    let received = 0;
    for (let i = 0; i < 3; i++) {
      writer.send(frame);
      received += (await reader.nextText()).length + 2;
    }
    const { id } = await only('room=counted&q=kiosk');
    const { body } = await rooms.admin('GET', `connections/${id}`);
    expect(body).toMatchObject({
      id,
      userAgent: 'Kiosk/2.1',
      room: 'counted',
      principal: { label: expect.stringContaining('writer') },
      messagesIn: 3,
      bytesIn: 3 * frame.length,
      messagesOut: 0,
      waitingBytes: 0,
      channels: expect.any(Number),
    });
    expect(body.channels).toBeGreaterThan(0);
    expect(Date.parse(body.lastActiveAt as string)).toBeGreaterThanOrEqual(Date.parse(body.connectedAt as string));
    const other = await only('room=counted&principal=endpoint&q=reader');
    expect(other).toMatchObject({ userAgent: null, messagesIn: 0, messagesOut: 3, bytesOut: received });
    await rooms.hangUp();
  });

  it('count a Socket.IO socket towards the protocol that it turned out to speak', async () => {
    const person = await newUser(rooms.call);
    const before = await circlesTraffic();
    const client = await (await CirclesClient.open(rooms.server.url)).login(person.accessToken);
    try {
      const item = await only(`account=${person.user.id}&protocol=circles`);
      expect(item).toMatchObject({ messagesIn: 1, messagesOut: expect.any(Number), transport: 'websocket' });
      // At least the answer to its authentication.
      expect((await circlesTraffic()) - before).toBeGreaterThan(0);
    } finally {
      client.socket.close();
    }
  });

  const circlesTraffic = async (): Promise<number> => {
    const { body } = await rooms.admin('GET', 'stats');
    const protocols = body.protocols as { protocol: string; messagesOut: number }[];
    return protocols.find(({ protocol }) => protocol === 'circles')!.messagesOut;
  };

  it('are counted over all pages', async () => {
    await rooms.room(app, 'crowded');
    for (let i = 0; i < 3; i++) await rooms.member(app, 'crowded', 'readwrite', `crowd ${i}`);
    const { body } = await rooms.admin('GET', 'connections?room=crowded&limit=2');
    expect([body.items.length, body.total]).toEqual([2, 3]);
    const next = await rooms.admin('GET', `connections?room=crowded&limit=2&cursor=${body.nextCursor}`);
    expect([next.body.items.length, next.body.total]).toEqual([1, 3]);
    expect((await rooms.admin('GET', 'connections/nobody-1')).status).toBe(404);
    await rooms.hangUp();
  });

  it('are remembered with how they ended, the last one first', async () => {
    await rooms.room(app, 'ended');
    const [went, sent] = [await rooms.member(app, 'ended'), await rooms.member(app, 'ended', 'read', 'sent away')];
    const { id } = await only('room=ended&q=sent+away');
    went.socket.close(3_000, 'bye');
    await expect.poll(() => list('room=ended', 'connections/ended')).toHaveLength(1);
    expect((await rooms.admin('DELETE', `connections/${id}`)).status).toBe(204);
    expect(await sent.closeCode()).toBe(1008);
    await expect.poll(() => list('room=ended', 'connections/ended')).toHaveLength(2);
    const [last, first] = await list('room=ended', 'connections/ended');
    expect(last).toMatchObject({ id, endedBy: 'server', code: 1008, reason: 'not allowed', room: 'ended' });
    expect(first).toMatchObject({ endedBy: 'client', code: 3_000, reason: null });
    expect(await list('room=ended&code=1008', 'connections/ended')).toEqual([last]);
    const { body } = await rooms.admin('GET', 'connections/ended?room=ended&limit=1');
    expect(body.items).toEqual([last]);
    expect(await list(`room=ended&limit=1&cursor=${body.nextCursor}`, 'connections/ended')).toEqual([first]);
    expect((await rooms.admin('GET', 'connections/ended?code=1')).status).toBe(422);
  });

  it('are closed by filter on every node, if their number is as expected', async () => {
    await rooms.room(app, 'cleared');
    await rooms.room(app, 'kept');
    const kept = await rooms.member(app, 'kept');
    const cleared = [];
    for (let i = 0; i < 6; i++) cleared.push(await rooms.member(app, 'cleared', 'read', `cleared ${i}`));
    for (const query of ['room=cleared', 'room=cleared&expect=-1', 'room=cleared&expect=6&limit=2']) {
      expect([query, (await rooms.admin('DELETE', `connections?${query}`)).status]).toEqual([query, 422]);
    }
    const changed = await rooms.admin('DELETE', 'connections?room=cleared&expect=5');
    expect(changed).toMatchObject({ status: 409, body: { code: 'count_changed', count: 6 } });
    for (const client of cleared) expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect((await rooms.admin('DELETE', 'connections?room=cleared&expect=6')).status).toBe(204);
    expect(await Promise.all(cleared.map((client) => client.closeCode()))).toEqual(Array(6).fill(1008));
    await kept.expectNothing();
    expect(await list('room=cleared')).toEqual([]);
    expect((await rooms.admin('DELETE', 'connections?node=nobody&expect=0')).status).toBe(204);
    await rooms.hangUp();
  });

  it('are for admins', async () => {
    const { accessToken } = await newUser(rooms.call);
    for (const [method, path] of [
      ['GET', 'connections/ended'],
      ['GET', 'connections/x-1'],
      ['DELETE', 'connections?expect=0'],
    ] as const) {
      expect([path, (await rooms.call(method, path, { token: accessToken })).status]).toEqual([path, 403]);
      expect([path, (await rooms.call(method, path)).status]).toEqual([path, 401]);
    }
  });
});
