import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endWithClient } from './end-with-client.js';

describe('endWithClient', () => {
  // The same options as the sockets of Node's HTTP server.
  const server = createServer({ allowHalfOpen: true });
  let client: Socket;
  let socket: Socket;

  beforeEach(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [socket] = (await once(server, 'connection')) as [Socket];
    endWithClient(socket);
    socket.resume();
  });

  afterEach(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });

  it('closes with the client, without shutting down first', async () => {
    client.end();
    await once(socket, 'close');
    expect(socket.writableEnded).toBe(false);
  });

  it('first writes what is waiting', async () => {
    socket.cork();
    socket.write('the rest');
    client.end();
    await once(socket, 'end');
    expect(socket.destroyed).toBe(false);
    const received = once(client, 'data');
    socket.uncork();
    expect(String(await received)).toBe('the rest');
  });
});
