import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, signIn } from '../../support/api.js';
import { Examples } from '../../support/doc-examples.js';
import { RoomsHarness } from '../../support/rooms.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { play } from '../../support/transcript.js';

describe('the programs on the rooms page', () => {
  const examples = new Examples('protocols/rooms.md');
  let rooms: RoomsHarness;
  let cable: TcpProxy;
  let key: string;
  let writer: string;
  let reader: string;

  /** At the end of the cable. */
  const http = (name: string, ...args: string[]) => examples.run(name, [new URL(cable.url).origin, ...args]);
  const ws = (name: string, ...args: string[]) =>
    examples.run(name, [cable.url.replace(/^http(.*)\/$/, 'ws$1'), ...args]);
  const send = async (...texts: string[]): Promise<string> => {
    const sender = examples.run('sender.mjs', [rooms.server.wsUrl, writer, ...texts]);
    await sender.ended;
    return sender.output();
  };

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    cable = await new TcpProxy(new URL(rooms.server.url)).open();
    const { accessToken } = await signIn(rooms.call, ADMIN.email, ADMIN.password);
    const program = http('room.sh', accessToken);
    await program.ended;
    const made = /^key: (\S+)\nwriter: (\S+)\nreader: (\S+)\n$/.exec(program.output());
    [, key = '', writer = '', reader = ''] = made ?? [];
    expect(program.output()).toMatch(/^key: \S/);
  });
  afterEach(() => {
    examples.stop();
  });
  afterAll(async () => {
    await cable.cut();
    await rooms.close();
  });

  it('are four, besides those that need the clients', () => {
    const withClients = ['order.frames', 'order.py', 'order.ts'];
    expect(examples.names).toEqual(['events.mjs', 'listener.mjs', ...withClients, 'room.sh', 'sender.mjs']);
  });

  it('order.frames matches the wire', async () => {
    const application = await rooms.application();
    await rooms.room(application, 'frames', { durable: true });
    const { code: writer } = await rooms.endpoint(application, 'frames', 'write', 'till');
    const { code: reader } = await rooms.endpoint(application, 'frames', 'read', 'kitchen');
    await play(examples.codeOf('order.frames'), rooms.server.wsUrl, { writer, reader });
  });

  it('sender.mjs ends when everything is stored; listener.mjs and events.mjs miss nothing while they are away', async () => {
    expect(await send('two soups', 'one tea')).toBe('stored as 1: two soups\nstored as 2: one tea\n');
    const listener = ws('listener.mjs', reader);
    const events = http('events.mjs', reader);
    const told = '1 till: two soups\n2 till: one tea\n';
    await expect.poll(listener.output, { timeout: 15_000 }).toBe(told);
    const connected = async () => ((await rooms.admin('GET', 'connections?protocol=rooms')).body.items as []).length;
    await expect.poll(connected, { timeout: 15_000 }).toBe(2);
    expect(await send('a cake')).toBe('stored as 3: a cake\n');
    await expect.poll(events.output, { timeout: 15_000 }).toBe('a cake\n');
    await cable.cut();
    expect(await send('the bill')).toBe('stored as 4: the bill\n');
    await cable.open();
    await expect.poll(listener.output, { timeout: 15_000 }).toBe(`${told}3 till: a cake\n4 till: the bill\n`);
    await expect.poll(events.output, { timeout: 15_000 }).toMatch(/^a cake\n(?:.*\n)+recovered: true\nthe bill\n$/);
  });

  it('end once their code is gone', async () => {
    for (const code of [writer, reader]) {
      await rooms.as({ apiKey: key }, 'DELETE', `rooms/orders/endpoints/${code}`);
    }
    await Promise.all([
      ws('sender.mjs', writer, 'x').ended,
      ws('listener.mjs', reader).ended,
      http('events.mjs', reader).ended,
    ]);
  });
});
