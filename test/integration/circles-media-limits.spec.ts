import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MediaSweeper } from '../../src/modules/circles/media/media-sweeper.service.js';
import { MediaStorage } from '../../src/modules/circles/media/storage/media-storage.js';
import { CirclesHarness, type Person, type World } from '../support/circles.js';
import { ManualTime } from '../support/manual-time.js';

const QUOTA = 3_000_000;
const CIRCLE_QUOTA = 5_000_000;
const MAX_PIXELS = 500_000;
const TUS = { 'tus-resumable': '1.0.0' };
const BYTES = { 'content-type': 'application/offset+octet-stream' };

/** The storage, with errors on demand. */
interface FaultyStorage {
  put: (key: string) => Promise<void>;
  probe: () => Promise<void>;
  resumable: { write: (content: unknown, key: string, offset: number) => Promise<number> };
}

describe('media limits', () => {
  let circles: Awaited<ReturnType<typeof CirclesHarness.start>>;
  let world: World;
  beforeAll(async () => {
    circles = await CirclesHarness.start({
      MEDIA_ACCOUNT_QUOTA_BYTES: String(QUOTA),
      MEDIA_CIRCLE_QUOTA_BYTES: String(CIRCLE_QUOTA),
      MEDIA_MAX_PIXELS: String(MAX_PIXELS),
    });
  });
  beforeAll(async () => {
    world = await circles.world();
  });
  afterAll(() => circles.close());

  const url = (id: number, what: string) => `${circles.server.url}/api/v1/media/${id}/${what}`;
  const bearer = (who: { token: string }) => ({ authorization: `Bearer ${who.token}` });
  const announce = async (who: { token: string }, conversation = world.conversation): Promise<number> =>
    (await circles.api(who, 'POST', `conversations/${conversation}/messages`, { files: ['a'] })).media[0].id;
  const put = async (who: { token: string }, id: number, data: Uint8Array, type = 'application/octet-stream') => {
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(data)], { type }), 'a.bin');
    const response = await fetch(url(id, 'content'), { method: 'PUT', headers: bearer(who), body: form });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const tus = (who: Person, id: number, method: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(url(id, 'upload'), { method, headers: { ...bearer(who), ...TUS, ...headers }, ...(body && { body }) });
  const usage = (who: { token: string }, of = 'accounts/me') => circles.api(who, 'GET', `${of}/media-usage`);
  const ready = async () => (await fetch(`${circles.server.url}/health/ready`)).json();
  const sweep = () => circles.server.app.get(MediaSweeper).sweep();
  const storage = () => circles.server.app.get<unknown, FaultyStorage>(MediaStorage);

  it('count the files of an account and of a circle, and refuse more, with the numbers', async () => {
    expect(await usage(world.u1)).toEqual({ usedBytes: 0, quotaBytes: QUOTA });
    const id = await announce(world.u1);
    expect((await put(world.u1, id, Buffer.alloc(2_500_000))).status).toBe(200);
    expect(await usage(world.u1)).toEqual({ usedBytes: 2_500_000, quotaBytes: QUOTA });
    expect(await usage(world.d, `circles/${world.circle}`)).toEqual({ usedBytes: 2_500_000, quotaBytes: CIRCLE_QUOTA });
    expect(await circles.status(world.u3, 'GET', `circles/${world.circle}/media-usage`)).toBe(404);
    expect(await circles.status(world.u1, 'GET', `accounts/${world.u1.id}/media-usage`)).toBe(403);
    const admin = await circles.admin();
    expect(await usage(admin, `accounts/${world.u1.id}`)).toMatchObject({ usedBytes: 2_500_000 });
    expect(await circles.status(admin, 'GET', 'accounts/999999/media-usage')).toBe(404);

    const more = await announce(world.u1);
    const refused = await put(world.u1, more, Buffer.alloc(1_000_000));
    expect(refused).toMatchObject({
      status: 413,
      body: { code: 'quota_exceeded', usedBytes: 2_500_000, quotaBytes: QUOTA },
    });
    expect(refused.body.detail).toMatch(/2500000 of 3000000/);
    const begun = await tus(world.u1, more, 'POST', { 'upload-length': '1000000' });
    expect([begun.status, await begun.text()]).toEqual([413, expect.stringContaining('2500000 of 3000000')]);
    // The circle's limit is reached next.
    expect((await put(world.u2, await announce(world.u2), Buffer.alloc(2_400_000))).status).toBe(200);
    expect((await put(world.d, await announce(world.d), Buffer.alloc(300_000))).body.detail).toMatch(
      /this circle take 4900000 of 5000000/,
    );
    await circles.api(world.u1, 'DELETE', `media/${id}`);
    expect(await usage(world.u1)).toMatchObject({ usedBytes: 0 });
    expect((await put(world.u1, more, Buffer.alloc(1_000_000))).status).toBe(200);
  });

  it('count uploads in progress, even parallel ones, but not abandoned ones', async () => {
    const other = await circles.world();
    const ids = await Promise.all([1, 2, 3, 4].map(() => announce(other.u1, other.conversation)));
    const begun = await Promise.all(ids.map((id) => tus(other.u1, id, 'POST', { 'upload-length': '1400000' })));
    expect(begun.map(({ status }) => status).sort()).toEqual([201, 201, 413, 413]);
    expect(await usage(other.u1)).toMatchObject({ usedBytes: 2_800_000 });
    const [first = 0, second = 0] = ids.filter((_id, at) => begun[at]?.status === 201);
    // Started again, which drops the first one.
    expect((await tus(other.u1, first, 'POST', { 'upload-length': '1500000' })).status).toBe(201);
    expect(await usage(other.u1)).toMatchObject({ usedBytes: 2_900_000 });
    expect((await tus(other.u1, second, 'DELETE')).status).toBe(204);
    await vi.waitFor(async () => {
      expect(await usage(other.u1)).toMatchObject({ usedBytes: 1_500_000 });
    });
  });

  it('remove a resumable upload that got no bytes for an hour', async () => {
    const { u1, conversation } = await circles.world();
    const id = await announce(u1, conversation);
    expect((await tus(u1, id, 'POST', { 'upload-length': '10' })).status).toBe(201);
    const due = async () => {
      const [row] = await circles.server.dataSource.query(
        `SELECT extract(epoch FROM "due_at" - now())::float AS "seconds" FROM "media_garbage" g
         JOIN "media" m ON m."storage_key" = g."storage_key" WHERE m."id" = $1`,
        [id],
      );
      return row?.seconds;
    };
    expect(await due()).toBeGreaterThan(3_590);
    expect(await due()).toBeLessThanOrEqual(3_600);
    await circles.server.dataSource.query(
      `UPDATE "media_garbage" SET "due_at" = now() + interval '1 second'
       WHERE "storage_key" = (SELECT "storage_key" FROM "media" WHERE "id" = $1)`,
      [id],
    );
    expect((await tus(u1, id, 'PATCH', { ...BYTES, 'upload-offset': '0' }, 'hello')).status).toBe(204);
    await vi.waitFor(async () => {
      expect(await due()).toBeGreaterThan(3_590);
    });
    await circles.server.dataSource.query(
      `UPDATE "media_garbage" SET "due_at" = now()
       WHERE "storage_key" = (SELECT "storage_key" FROM "media" WHERE "id" = $1)`,
      [id],
    );
    // It no longer counts, so it must not go on, even if it has not been removed yet.
    expect((await tus(u1, id, 'HEAD')).status).toBe(404);
    expect((await tus(u1, id, 'PATCH', { ...BYTES, 'upload-offset': '5' }, 'world')).status).toBe(404);
    await sweep();
    expect((await tus(u1, id, 'HEAD')).status).toBe(404);
    expect((await tus(u1, id, 'POST', { 'upload-length': '10' })).status).toBe(201);
  });

  it('keep a picture with too many pixels as a plain file', async () => {
    const { u1, conversation } = await circles.world();
    const colour = { channels: 3, background: '#c04020' } as const;
    const bomb = await sharp({ create: { width: 1_000, height: 501, ...colour } })
      .jpeg({ progressive: true })
      .toBuffer();
    const fine = await sharp({ create: { width: 1_000, height: 500, ...colour } })
      .jpeg({ progressive: true })
      .toBuffer();
    const [large, small] = [await announce(u1, conversation), await announce(u1, conversation)];
    expect((await put(u1, large, bomb, 'image/jpeg')).body).toMatchObject({ hasThumbnail: false });
    expect((await put(u1, small, fine, 'image/jpeg')).status).toBe(200);
    const thumbnail = (id: number) => fetch(url(id, 'thumbnail'), { headers: bearer(u1) });
    expect((await thumbnail(small)).status).toBe(200);
    expect((await thumbnail(large)).status).toBe(404);
    const original = await fetch(url(large, 'content'), { headers: bearer(u1) });
    expect(Buffer.from(await original.arrayBuffer()).equals(bomb)).toBe(true);
    expect(original.headers.get('content-disposition')).toMatch(/^inline/);
  });

  it('make up for thumbnails that a node left undone, once', async () => {
    const { u1, conversation } = await circles.world();
    const picture = await sharp({ create: { width: 600, height: 600, channels: 3, background: '#c04020' } })
      .png()
      .toBuffer();
    const id = await announce(u1, conversation);
    expect((await put(u1, id, picture, 'image/png')).status).toBe(200);
    expect((await fetch(url(id, 'thumbnail'), { headers: bearer(u1) })).status).toBe(200);
    await circles.server.dataSource.query(
      `UPDATE "media" SET "thumbnail_due" = true, "thumbnail_key" = NULL, "uploaded_at" = now() - interval '1 hour'
       WHERE "id" = $1`,
      [id],
    );
    await sweep();
    await vi.waitFor(async () => {
      expect((await fetch(url(id, 'thumbnail'), { headers: bearer(u1) })).status).toBe(200);
    });
  });

  it('answer 507 while the disk is full, log it, and continue once there is space again', async () => {
    const { u1, conversation } = await circles.world();
    const [id, resumable] = [await announce(u1, conversation), await announce(u1, conversation)];
    expect((await tus(u1, resumable, 'POST', { 'upload-length': '5' })).status).toBe(201);
    const time = ManualTime.of(circles.server);
    const full = () => Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
    const original = { put: storage().put, write: storage().resumable.write };
    storage().put = full;
    storage().resumable.write = full;
    expect(await put(u1, id, Buffer.alloc(10))).toMatchObject({ status: 507, body: { code: 'storage_full' } });
    expect((await tus(u1, resumable, 'PATCH', { ...BYTES, 'upload-offset': '0' }, 'hello')).status).toBe(507);
    expect(await ready()).toMatchObject({
      status: 'degraded',
      away: ['media'],
      details: [{ what: 'media', since: expect.any(String) }],
    });
    storage().put = original.put.bind(storage());
    storage().resumable.write = original.write.bind(storage().resumable);
    expect((await put(u1, id, Buffer.alloc(10))).status).toBe(200);
    expect((await tus(u1, resumable, 'PATCH', { ...BYTES, 'upload-offset': '0' }, 'hello')).status).toBe(204);
    await time.passes(5_000);
    await vi.waitFor(async () => {
      expect(await ready()).toMatchObject({ status: 'ok', away: [] });
    });
  });

  it('answer 404 for content that no longer exists', async () => {
    const { u1, conversation } = await circles.world();
    const id = await announce(u1, conversation);
    expect((await put(u1, id, Buffer.alloc(10))).status).toBe(200);
    const [{ key }] = await circles.server.dataSource.query(
      `SELECT "storage_key" AS "key" FROM "media" WHERE "id" = $1`,
      [id],
    );
    const file = path.join(circles.server.config.storage.dataDir, 'media', key.slice(0, 2), key);
    await chmod(file, 0o600);
    await rm(file);
    const gone = await fetch(url(id, 'content'), { headers: bearer(u1) });
    expect([gone.status, ((await gone.json()) as { code: string }).code]).toEqual([404, 'not_found']);
    expect(gone.headers.get('etag')).toBeNull();
  });
});
