import { Logger } from '@nestjs/common';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { JsonLogger } from '../../src/modules/observability/json-logger.js';
import { ADMIN } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { ServicesHarness } from '../support/services.js';

type Line = Record<string, unknown>;

const PRODUCTION = { NODE_ENV: 'production', SECRET_KEY: 'k'.repeat(32) };

/** From now on, logs every level into the array. */
function captureLog(): Line[] {
  const lines: Line[] = [];
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Line);
  Logger.overrideLogger(JsonLogger.create({ logLevel: 'trace', logFormat: 'json' }, undefined, { write }));
  return lines;
}

/** Sends the path unchanged; fetch would normalize it. */
async function get(url: string, path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url + path, { headers, path }, (response) => {
      response.resume().once('end', () => {
        resolve(response.statusCode);
      });
    })
      .once('error', reject)
      .end();
  });
}

/** The access log line is written once the answer is out, which may be after the client has it. */
async function accessLine(lines: Line[], requestId: string | null): Promise<Line> {
  const find = (): Line | undefined =>
    lines.find((line) => line['context'] === 'Access' && line['requestId'] === requestId);
  await expect.poll(find).toBeDefined();
  return find() as Line;
}

let running: RunningApp[] = [];

async function start(env?: Record<string, string>): Promise<RunningApp> {
  const app = await startApp(env);
  running.push(app);
  return app;
}

afterEach(async () => {
  for (const app of running) await app.close();
  running = [];
});

describe('the log', () => {
  it('has one line per request, with its id, and the route pattern instead of the path', async () => {
    const { url } = await start();
    const lines = captureLog();
    const answer = await fetch(`${url}/api/v1/services/4711?token=hunter2`);
    const line = await accessLine(lines, answer.headers.get('x-request-id'));
    expect(line).toMatchObject({ level: 'info', method: 'GET', route: '/api/v1/services/:id', status: 401 });
    expect(line['address']).toBe('127.0.0.1');
    expect(line['ms']).toBeGreaterThan(0);
    expect(JSON.stringify(lines)).not.toMatch(/4711|hunter2/);
  });

  it('leaves out paths that match no route, since they may contain codes', async () => {
    const { url } = await start();
    const lines = captureLog();
    const answer = await fetch(`${url}/ws/endpoint/S3cr3tC0de/`);
    expect(answer.status).toBe(404);
    expect(await accessLine(lines, answer.headers.get('x-request-id'))).toMatchObject({ route: '(none)', status: 404 });
    expect(JSON.stringify(lines)).not.toContain('S3cr3tC0de');
  });

  it('holds no token, code or password of a whole session at any level', async () => {
    const harness = await ServicesHarness.start();
    running.push(harness.server);
    const lines = captureLog();
    const login = await harness.api('POST', 'auth/login', ADMIN);
    const { accessToken, refreshToken } = login.body as { accessToken: string; refreshToken: string };
    const service = await harness.service({ allowPublicCode: true });
    const { id, hostToken, clientToken } = service;
    const { host, code } = await harness.host(service, true);
    for (const token of [clientToken, code, 'wrong-token-hunter2']) (await harness.connect()).send({ token });
    host.send('no json hunter2');
    await new Promise((resolve) => host.socket.once('close', resolve));
    const { body } = await harness.api('POST', `services/${id}/tokens/rotate`, { role: 'host' });
    await harness.api('POST', 'auth/refresh', { refreshToken });
    await harness.api('POST', 'auth/login', { email: ADMIN.email, password: 'wrong hunter2' });
    const log = JSON.stringify(lines);
    expect(log).toContain('/api/v1/services/:id/tokens/rotate');
    const { token } = body as { token: string };
    for (const secret of [accessToken, refreshToken, hostToken, clientToken, token, ADMIN.password, 'hunter2']) {
      expect(log).not.toContain(secret);
    }
    expect(log).not.toMatch(new RegExp(`\\b${code}\\b`));
  });
});

describe('/metrics', () => {
  it('counts requests by route pattern, sockets by protocol and closes by code', async () => {
    const harness = await ServicesHarness.start();
    running.push(harness.server);
    await harness.host(await harness.service());
    const stranger = await harness.connect();
    stranger.send({ token: 'nobody' });
    await stranger.next();
    expect(await stranger.closeCode()).toBe(1000);
    const read = async (): Promise<string> => (await fetch(`${harness.server.url}/metrics`)).text();
    await expect.poll(read).toContain('switchboard_closes_total{protocol="services",code="1000"} 1\n');
    const text = await read();
    for (const line of [
      'switchboard_connections{protocol="services"} 1',
      'switchboard_messages_received_total{protocol="services"} 2',
      'switchboard_messages_sent_total{protocol="services"} 4',
      'switchboard_http_request_seconds_count{method="POST",route="/api/v1/services",status="201"} 1',
      'switchboard_inbound_queue_messages 0',
      'switchboard_outbound_queue_bytes 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^switchboard_bytes_received_total\{protocol="services"\} [1-9]/m);
    expect(text).toMatch(/^switchboard_bytes_sent_total\{protocol="services"\} [1-9]/m);
    expect(text).toMatch(/^switchboard_database_query_seconds_count [1-9]/m);
    expect(text).toMatch(/^switchboard_database_pool_connections [1-9]/m);
  });

  it('creates no series from what strangers request', async () => {
    const { url } = await start();
    for (const path of ['/a1', '/b2', '/%ff', '/api/v1/nothing/c3']) await get(url, path);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text.match(/switchboard_http_request_seconds_count\{.*route="\(none\)"/g)?.length).toBeLessThanOrEqual(2);
    expect(text).not.toMatch(/a1|b2|c3/);
  });

  it('answers only this machine in production, and nobody behind a proxy on it', async () => {
    const { url } = await start(PRODUCTION);
    expect(await get(url, '/metrics')).toBe(200);
    expect(await get(url, '/metrics', { 'x-forwarded-for': '127.0.0.1' })).toBe(403);
  });

  it('requires its token if there is one', async () => {
    const { url } = await start({ METRICS_TOKEN: 'scrape-me' });
    expect(await get(url, '/metrics')).toBe(401);
    expect(await get(url, '/metrics', { authorization: 'Bearer scrape-you' })).toBe(401);
    expect(await get(url, '/metrics', { authorization: 'Bearer scrape-me' })).toBe(200);
  });

  it('answers monitoring that only knows an address, if it has the token', async () => {
    const production = { ...PRODUCTION, PUBLIC_URL: 'https://a.example' };
    const behind = { host: '10.244.1.17:3000', authorization: 'Bearer scrape-me' };
    const { url } = await start({ ...production, METRICS_TOKEN: 'scrape-me' });
    expect(await get(url, '/metrics', behind)).toBe(200);
    expect(await get(url, '/metrics', { ...behind, authorization: 'Bearer scrape-you' })).toBe(401);
    expect(await get(url, '/metrics/', { ...behind, host: 'evil.example' })).not.toBe(200);
    expect(await get((await start(production)).url, '/metrics', behind)).toBe(400);
  });
});

describe('security headers', () => {
  it('are sent with pages, answers and errors alike', async () => {
    const { url } = await start();
    for (const path of ['/', '/health/live', '/api/v1/services', '/nothing', '/docs', '/docs-json']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.has('x-powered-by'), path).toBe(false);
      expect(headers.has('strict-transport-security'), path).toBe(false);
    }
  });

  it('include HSTS if a trusted proxy uses TLS', async () => {
    const https = { headers: { 'x-forwarded-proto': 'https' } };
    const trusting = await start({ TRUSTED_PROXIES: '127.0.0.1' });
    expect((await fetch(trusting.url, https)).headers.get('strict-transport-security')).toContain('max-age=');
    const wary = await start();
    expect((await fetch(wary.url, https)).headers.has('strict-transport-security')).toBe(false);
  });
});

describe('health', () => {
  it('is ready, degraded while the database is away, and draining at the end, and live all the time', async () => {
    const { url, app, database } = await start();
    const ready = async (): Promise<unknown[]> => {
      const answer = await fetch(`${url}/health/ready`);
      return [answer.status, await answer.json()];
    };
    expect(await ready()).toEqual([200, { status: 'ok', away: [], details: [] }]);
    await database.drop();
    await expect
      .poll(ready, { timeout: 5_000 })
      .toEqual([
        200,
        { status: 'degraded', away: ['database'], details: [{ what: 'database', since: expect.any(String) }] },
      ]);
    void app.get(Lifecycle).drain();
    expect(await ready()).toEqual([503, { status: 'draining', away: [], details: [] }]);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });
});
