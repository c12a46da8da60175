import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { EchoFilter, EchoGateway, RoomGateway } from '../support/echo.gateway.js';
import { describeWith } from '../support/requires.js';
import { FirstGateway, SocketIoFilter } from '../support/socket-io.gateway.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';
import { WsClient } from '../support/ws-client.js';

describeWith('openssl', 'the transport over TLS', () => {
  let certificate: TestCertificate;
  let server: TransportApp;

  beforeAll(async () => {
    certificate = await makeCertificate();
    server = await startTransportApp([EchoGateway, RoomGateway, EchoFilter, FirstGateway, SocketIoFilter], {
      TLS_CERT: certificate.certFile,
      TLS_KEY: certificate.keyFile,
    });
  });
  afterAll(async () => {
    await server.close();
    await certificate.remove();
  });

  it.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
    'carries Socket.IO over %j',
    async (transports) => {
      const url = server.url.replace('wss', 'https');
      const socket = io(url, { ca: certificate.cert, transports, forceNew: true, reconnection: false } as never);
      await new Promise((resolve, reject) => {
        socket.once('connect', () => {
          resolve(undefined);
        });
        socket.once('connect_error', reject);
      });
      expect(await socket.timeout(5_000).emitWithAck('echo', 1)).toEqual({ acked: 1 });
      socket.disconnect();
    },
  );

  it('closes a reader that stops reading with 4008, without loss for the others', async () => {
    const open = async (): Promise<WsClient> => {
      const client = await WsClient.open(`${server.url}/room/r`, { ca: certificate.cert });
      await client.next();
      await client.next();
      return client;
    };
    const [slow, fast, sender] = [await open(), await open(), await open()];
    await fast.expectNext({ joined: 'r' });
    slow.socket.pause();
    const total = 2_000;
    for (let sent = 0; sent < total; sent++) {
      sender.send({ event: 'all', n: sent, p: 'x'.repeat(8_000) });
      if (sent % 20 === 19) {
        for (let n = sent - 19; n <= sent; n++) expect(await fast.next()).toMatchObject({ n });
      }
    }
    let code = 0;
    slow.socket.on('close', (closed) => (code = closed));
    slow.socket.resume();
    await expect.poll(() => code, { timeout: 5_000 }).toBe(4008);
    await Promise.all([fast.close(), sender.close()]);
  });
});
