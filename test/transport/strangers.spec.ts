import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { UseFilters } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PlainConnection } from '../../src/gateways/transport/plain/plain.connection.js';
import { plainGateway, type PlainGateway } from '../../src/gateways/transport/plain/plain-gateway.js';
import { jsonFrame } from '../../src/gateways/transport/flow/text-frame.js';
import { type WireCodec } from '../../src/gateways/transport/dispatch/wire-codec.js';
import { EchoFilter, EchoGateway } from '../support/echo.gateway.js';
import { clientFrame, RawWebSocket } from '../support/raw-websocket.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';

const json = (value: unknown): Buffer => clientFrame(JSON.stringify(value));
const LOGIN = { event: 'login', id: 'ann' };
const large = (n: number) => ({ event: 'wait', ms: 0, n, p: 'x'.repeat(200_000) });

/** Bytes of a message; at least a megabyte. */
const MEGABYTE = 1_048_576;
/** What an address may have pending, in messages that lack their last byte. */
const AT_ONCE = 16;

const wire: WireCodec = {
  decode: () => ({ event: 'names', data: {} }),
  encode: () => null,
  join: (frames) => frames,
};

/** Allows a large first message. */
@WebSocketGateway(
  plainGateway({ protocol: 'omikron', path: '/names', wire, admissionFrameBytes: Number.MAX_SAFE_INTEGER }),
)
@UseFilters(EchoFilter)
class NamesGateway implements PlainGateway {
  handleConnection(): void {
    // Nothing to send.
  }

  handleDisconnect(): void {
    // No other gateway knew it.
  }

  @SubscribeMessage('names')
  names(connection: PlainConnection): void {
    connection.admit({ kind: 'user', id: 'names', label: 'names' });
    connection.send(jsonFrame({ in: true }));
  }
}

describe('large messages of strangers', () => {
  let server: TransportApp;
  const sockets: RawWebSocket[] = [];
  beforeEach(async () => {
    server = await startTransportApp([EchoGateway, NamesGateway, EchoFilter], { TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterEach(async () => {
    for (const { socket } of sockets.splice(0)) socket.destroy();
    await server.close();
  });

  const open = async (path: string, extra = Buffer.alloc(0), address = '192.0.2.1'): Promise<RawWebSocket> => {
    const raw = await RawWebSocket.open(server.port, path, extra, [`X-Forwarded-For: ${address}`]);
    sockets.push(raw);
    await raw.until((r) => r.head !== '');
    return raw;
  };

  it.each([
    ['in one piece', (raw: RawWebSocket, all: Buffer) => raw.socket.write(all)],
    [
      'piece by piece',
      (raw: RawWebSocket, all: Buffer) => {
        for (let at = 0; at < all.length; at += 1_000) raw.socket.write(all.subarray(at, at + 1_000));
      },
    ],
  ])('are heard directly after the first one, once that has authenticated (%s)', async (_how, write) => {
    const raw = await open('/echo');
    await raw.until((r) => r.texts.length === 1);
    write(raw, Buffer.concat([json(LOGIN), json(large(1)), json(large(2))]));
    await raw.until((r) => r.texts.length === 4 || r.closeCode !== undefined);
    expect([raw.closeCode, raw.texts.slice(1)]).toEqual([undefined, ['{"in":"ann"}', '{"n":1}', '{"n":2}']]);
  });

  it('are heard after a first one that came before the greeting', async () => {
    const raw = await open('/echo', Buffer.concat([json(LOGIN), json(large(1))]));
    await raw.until((r) => r.texts.length === 3 || r.closeCode !== undefined);
    expect([raw.closeCode, raw.texts.slice(1)]).toEqual([undefined, ['{"in":"ann"}', '{"n":1}']]);
  });

  it.each([
    ['whole', json(large(1))],
    ['begun', json(large(1)).subarray(0, 30_000)],
  ])('are refused after one that did not authenticate (%s)', async (_how, second) => {
    const raw = await open('/echo');
    await raw.until((r) => r.texts.length === 1);
    raw.socket.write(Buffer.concat([json({ event: 'wait', ms: 50, n: 0 }), second]));
    await raw.until((r) => r.closeCode !== undefined);
    expect([raw.texts.slice(1), raw.closeCode]).toEqual([['{"n":0}'], 1009]);
  });

  it('are refused as before if nothing came first', async () => {
    const raw = await open('/echo');
    raw.socket.write(json(large(1)));
    await raw.until((r) => r.closeCode !== undefined);
    expect(raw.closeCode).toBe(1009);
  });

  it('are limited to 16 MiB per address if the first one may be large, but a single one is always accepted', async () => {
    const whole = clientFrame('x'.repeat(MEGABYTE));
    const mostOf = (raw: RawWebSocket) => raw.socket.write(whole.subarray(0, -1));
    const first = await open('/names');
    mostOf(first);
    const others = await Promise.all(Array.from({ length: AT_ONCE + 3 }, () => open('/names')));
    for (const raw of others) mostOf(raw);
    const ended = () => others.filter((raw) => raw.ended).length;
    while (ended() < 4) await Promise.race(others.filter((raw) => !raw.ended).map((raw) => raw.until((r) => r.ended)));
    expect(ended()).toBe(4);
    const elsewhere = await open('/names', undefined, '192.0.2.2');
    elsewhere.socket.write(whole);
    await elsewhere.until((r) => r.texts.length === 1);
    // Complete messages make room.
    const [one] = others.filter((raw) => !raw.ended);
    one?.socket.write(whole.subarray(-1));
    await one?.until((r) => r.texts.length === 1);
    const next = await open('/names');
    mostOf(next);
    next.socket.write(whole.subarray(-1));
    await next.until((r) => r.texts.length === 1);
  });
});
