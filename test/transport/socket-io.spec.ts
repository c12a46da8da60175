import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EchoFilter, RoomGateway } from '../support/echo.gateway.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { SocketIoGateway } from '../support/socket-io.gateway.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';

interface Client {
  on(event: string, listener: (data: unknown) => void): void;
  emit(event: string, data: unknown, ack: (data: unknown) => void): void;
  close(): void;
}
type Connect = (url: string, options: object) => Client;

const require = createRequire(import.meta.url);
const VERSIONS = {
  '1.x': 'socket.io-client-1',
  '2.x': 'socket.io-client-2',
  '3.x': 'socket.io-client-3',
  '4.x': 'socket.io-client',
};
const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']];

describe('Socket.IO beside plain WebSocket on one port', () => {
  let server: TransportApp;
  beforeAll(async () => {
    server = await startTransportApp([SocketIoGateway, RoomGateway, EchoFilter]);
  });
  afterAll(() => server.close());

  const cases = Object.entries(VERSIONS).flatMap(([version, name]) =>
    TRANSPORTS.map((transports) => [version, transports.join('+'), name, transports] as const),
  );
  it.each(cases)(
    'client %s over %s exchanges an event and an acknowledgement',
    async (_version, _label, name, transports) => {
      const connect = require(name) as Connect;
      const socket = connect(`http://127.0.0.1:${server.port}`, { transports, forceNew: true, reconnection: false });
      const data = { n: 1, text: 'grüße 👋', list: [null, true] };
      const echoed = new Promise((resolve, reject) => {
        socket.on('echoed', resolve);
        socket.on('connect_error', reject);
        socket.on('error', reject);
      });
      const acked = new Promise((resolve) => {
        socket.emit('echo', data, resolve);
      });
      expect(await echoed).toEqual(data);
      expect(await acked).toEqual({ acked: data });
      const plain = await RawWebSocket.open(server.port, '/room/beside');
      await plain.until((r) => r.texts.length >= 1);
      expect(plain.status).toBe(101);
      plain.socket.destroy();
      socket.close();
    },
  );

  it('refuses foreign origins on upgrades and on polling', async () => {
    const strict = await startTransportApp([SocketIoGateway], { ALLOWED_ORIGINS: 'https://good.example' });
    const origin = { Origin: 'https://evil.example' };
    const polling = await fetch(`http://127.0.0.1:${strict.port}/socket.io/?EIO=4&transport=polling`, {
      headers: origin,
    });
    expect(polling.status).toBe(403);
    const path = '/socket.io/?EIO=4&transport=websocket';
    const upgrade = await RawWebSocket.open(strict.port, path, undefined, ['Origin: https://evil.example']);
    await upgrade.until((r) => r.ended);
    expect(upgrade.status).toBe(403);
    const good = await RawWebSocket.open(strict.port, path, undefined, ['Origin: https://good.example']);
    await good.until((r) => r.texts.length > 0);
    good.socket.destroy();
    await strict.close();
  });
});
