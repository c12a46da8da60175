import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoomsHarness, type TestApplication } from '../../support/rooms.js';

let harness: RoomsHarness;
let app: TestApplication;

beforeAll(async () => {
  harness = await RoomsHarness.start();
  app = await harness.application();
});
afterAll(() => harness.close());

const as = (method: string, path: string, body?: unknown) => harness.as(app, method, path, body);

describe('applications over REST', () => {
  it('are created, listed, renamed and removed by admins', async () => {
    const made = await harness.admin('POST', 'applications', { name: 'Tenant' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Tenant', apiKey: expect.stringMatching(/^sb_[\w-]{86}$/) },
    });
    expect(made.headers.get('location')).toBe(`/api/v1/applications/${made.body.id}`);
    expect(await harness.admin('POST', 'applications', { name: 'Tenant' })).toMatchObject({
      status: 409,
      body: { code: 'already_exists' },
    });
    const path = `applications/${made.body.id}`;
    expect(await harness.admin('PATCH', path, { name: 'Renamed' })).toMatchObject({ body: { name: 'Renamed' } });
    expect((await harness.admin('GET', path)).body).toEqual({
      id: made.body.id,
      name: 'Renamed',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await harness.admin('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await harness.admin(method, path)).status).toBe(404);
    expect((await harness.admin('POST', `${path}/keys`)).status).toBe(404);
    expect((await harness.admin('GET', `${path}/keys`)).status).toBe(404);
  });

  it('refuse strangers, keys and bad names', async () => {
    expect((await harness.call('GET', 'applications')).status).toBe(401);
    expect((await as('GET', 'applications')).status).toBe(401);
    for (const body of [
      {},
      { name: '' },
      { name: ' ' },
      { name: 'x'.repeat(101) },
      { name: 5 },
      { name: 'x', apiKey: 'y' },
    ]) {
      expect((await harness.admin('POST', 'applications', body)).status, JSON.stringify(body)).toBe(422);
    }
  });
});

describe('rooms over REST', () => {
  it('are created, listed, changed and removed by their application', async () => {
    const made = await as('POST', 'rooms', { name: 'lobby', durable: true, historyLimit: 100, retentionDays: 7 });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'lobby', durable: true, historyLimit: 100, retentionDays: 7 },
    });
    expect(made.headers.get('location')).toBe('/api/v1/rooms/lobby');
    expect(await as('POST', 'rooms', { name: 'lobby' })).toMatchObject({
      status: 409,
      body: { code: 'already_exists' },
    });
    expect(await as('PATCH', 'rooms/lobby', { historyLimit: null, name: 'hall' })).toMatchObject({
      status: 200,
      body: { name: 'hall', historyLimit: null, retentionDays: 7, durable: true },
    });
    expect((await as('GET', 'rooms/lobby')).status).toBe(404);
    await as('POST', 'rooms', { name: 'second' });
    expect(await as('PATCH', 'rooms/second', { name: 'hall' })).toMatchObject({ status: 409 });
    const first = await as('GET', 'rooms?limit=1');
    expect(first.body.items).toMatchObject([{ name: 'hall' }]);
    const rest = await as('GET', `rooms?limit=1&cursor=${first.body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ name: 'second', durable: false }], nextCursor: null });
    const other = await harness.application();
    for (const method of ['GET', 'DELETE']) expect((await harness.as(other, method, 'rooms/hall')).status).toBe(404);
    expect((await as('DELETE', 'rooms/hall')).status).toBe(204);
    expect((await as('DELETE', 'rooms/hall')).status).toBe(404);
  });

  it('refuse bad input, field by field', async () => {
    const faults = async (body: unknown) => {
      const answer = await as('POST', 'rooms', body);
      expect(answer.status).toBe(422);
      return answer.body.errors.map(({ field }: { field: string }) => field);
    };
    expect(await faults({})).toEqual(['name']);
    expect(await faults({ name: 'bad name!' })).toEqual(['name']);
    expect(await faults({ name: 'x'.repeat(101) })).toEqual(['name']);
    expect(await faults({ name: 'x', durable: 'yes' })).toEqual(['durable']);
    expect(await faults({ name: 'x', historyLimit: 0, retentionDays: 1.5 })).toEqual(['historyLimit', 'retentionDays']);
    expect(await faults({ name: 'x', owner: 1 })).toEqual(['owner']);
    expect((await as('POST', 'rooms', '{')).status).toBe(400);
  });

  it('refuse unknown keys, with a problem', async () => {
    for (const apiKey of ['nope', '', 'x'.repeat(5_000)]) {
      const { status, body, headers } = await harness.as({ apiKey }, 'GET', 'rooms');
      expect(status).toBe(401);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({ status: 401 });
      expect(JSON.stringify(body)).not.toContain('xxxx');
    }
  });
});

describe('endpoints over REST', () => {
  it('are created, listed and removed by their application', async () => {
    await as('POST', 'rooms', { name: 'seats' });
    const made = await as('POST', 'rooms/seats/endpoints', {
      permissions: 'read',
      identity: 'é😀',
      expiresInSeconds: 60,
    });
    expect(made).toMatchObject({
      status: 201,
      body: { code: expect.stringMatching(/^[A-Za-z0-9]{100}$/), room: 'seats', permissions: 'read', identity: 'é😀' },
    });
    const { code, expiresAt } = made.body;
    expect(made.headers.get('location')).toBe(`/api/v1/rooms/seats/endpoints/${code}`);
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 60_000)).toBeLessThan(5_000);
    expect((await as('POST', 'rooms/seats/endpoints', { permissions: 'write' })).body).toMatchObject({
      identity: 'Anonymous',
      expiresAt: null,
    });
    const first = (await as('GET', 'rooms/seats/endpoints?limit=1')).body;
    expect(first.items).toEqual([made.body]);
    expect((await as('GET', `rooms/seats/endpoints?cursor=${first.nextCursor}`)).body.items).toHaveLength(1);
    const other = await harness.application();
    expect((await harness.as(other, 'DELETE', `rooms/seats/endpoints/${code}`)).status).toBe(404);
    await as('POST', 'rooms', { name: 'elsewhere' });
    expect((await as('DELETE', `rooms/elsewhere/endpoints/${code}`)).status).toBe(404);
    expect((await as('DELETE', `rooms/seats/endpoints/${code}`)).status).toBe(204);
    expect((await as('DELETE', `rooms/seats/endpoints/${code}`)).status).toBe(404);
    expect((await as('DELETE', 'rooms/seats/endpoints/short')).status).toBe(404);
  });

  it('refuse bad input', async () => {
    for (const body of [
      {},
      { permissions: 'admin' },
      { permissions: 'readwritex' },
      { permissions: 'read', identity: 5 },
      { permissions: 'read', identity: 'x'.repeat(101) },
      { permissions: 'read', identity: '\u0000' },
      { permissions: 'read', identity: '\ud800' },
      { permissions: 'read', expiresInSeconds: 0 },
      { permissions: 'read', code: 'x' },
    ]) {
      expect((await as('POST', 'rooms/seats/endpoints', body)).status, JSON.stringify(body)).toBe(422);
    }
    expect((await as('POST', 'rooms/none/endpoints', { permissions: 'read' })).status).toBe(404);
  });
});
