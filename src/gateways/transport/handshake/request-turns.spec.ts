import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestTurns } from './request-turns.js';

const MANY = 500;

describe('pipelined requests', () => {
  let server: Server;
  let client: Socket;
  let answers: string;
  let open: number;
  let most: number;
  let served: string[];

  beforeEach(async () => {
    [answers, open, most, served] = ['', 0, 0, []];
    server = createServer((request, response) => {
      served.push(request.url ?? '');
      most = Math.max(most, ++open);
      request.on('data', () => undefined);
      request.on('end', () => {
        setImmediate(() => {
          open--;
          response.end(`${request.url ?? ''};`);
        });
      });
    });
    new RequestTurns().precede(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('data', (chunk) => (answers += chunk.toString()));
    client.on('error', () => undefined);
  });
  afterEach(() => {
    client.destroy();
    server.close();
  });

  it('are served one by one, and answered in order', async () => {
    client.write(Array.from({ length: MANY }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    await vi.waitFor(() => {
      expect(answers).toContain(`/${MANY - 1};`);
    });
    expect(most).toBe(1);
    expect(served).toEqual(Array.from({ length: MANY }, (_, n) => `/${n}`));
  });

  it('keep their bodies while they wait', async () => {
    const body = 'x'.repeat(10_000);
    const requests = Array.from(
      { length: 50 },
      (_, n) => `POST /${n} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    client.write(requests.join(''));
    await vi.waitFor(() => {
      expect(answers).toContain('/49;');
    });
    expect(most).toBe(1);
  });

  it('end with their connection', async () => {
    client.write(Array.from({ length: MANY }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    await vi.waitFor(() => {
      expect(served.length).toBeGreaterThan(0);
    });
    client.destroy();
    await vi.waitFor(async () => {
      const before = served.length;
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(served.length).toBe(before);
    });
  });
});
