import { createHash, randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaSweeper } from '../../src/modules/circles/media/media-sweeper.service.js';
import { MediaStorage } from '../../src/modules/circles/media/storage/media-storage.js';
import { CirclesHarness, type World } from '../support/circles.js';
import { type S3, startS3 } from '../support/s3.js';

const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('media in an S3-compatible bucket', () => {
  let s3: S3;
  let circles: CirclesHarness;
  let world: World;
  beforeAll(async () => {
    s3 = await startS3();
    circles = await CirclesHarness.start(s3.env);
    world = await circles.world();
  });
  afterAll(async () => {
    await circles.close();
    await s3.close();
  });

  const bearer = () => ({ authorization: `Bearer ${world.u1.token}` });
  const announce = async (): Promise<number> => {
    const path = `conversations/${world.conversation}/messages`;
    return (await circles.api(world.u1, 'POST', path, { files: ['a.bin'] })).media[0].id;
  };
  const content = (id: number) => `${circles.server.url}/api/v1/media/${id}/content`;
  const put = async (id: number, data: Uint8Array, type: string) => {
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(data)], { type }), 'a.bin');
    return (await fetch(content(id), { method: 'PUT', headers: bearer(), body: form })).status;
  };

  it.each([1_000, 20_000_000])('are stored, and returned in whole and in part (%d bytes)', async (size) => {
    const data = randomBytes(size);
    const id = await announce();
    expect(await put(id, data, 'application/octet-stream')).toBe(200);
    const whole = await fetch(content(id), { headers: bearer() });
    expect(sha(new Uint8Array(await whole.arrayBuffer()))).toBe(sha(data));
    const part = await fetch(content(id), { headers: { ...bearer(), range: 'bytes=500-599' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(data.subarray(500, 600));
  });

  it('get thumbnails', async () => {
    const picture = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#c04020' } })
      .png()
      .toBuffer();
    const id = await announce();
    expect(await put(id, picture, 'image/png')).toBe(200);
    const small = await fetch(content(id).replace('content', 'thumbnail'), { headers: bearer() });
    expect((await sharp(Buffer.from(await small.arrayBuffer())).metadata()).width).toBe(320);
  });

  it('can be uploaded piece by piece', async () => {
    const id = await announce();
    const data = randomBytes(12_000_000);
    const url = content(id).replace('content', 'upload');
    const tus = { ...bearer(), 'tus-resumable': '1.0.0' };
    const created = await fetch(url, { method: 'POST', headers: { ...tus, 'upload-length': String(data.length) } });
    expect(created.status).toBe(201);
    for (const [from, to] of [
      [0, 9_000_000],
      [9_000_000, data.length],
    ] as const) {
      const head = await fetch(url, { method: 'HEAD', headers: tus });
      expect(head.headers.get('upload-offset')).toBe(String(from));
      const headers = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(from) };
      const sent = await fetch(url, { method: 'PATCH', headers, body: new Uint8Array(data.subarray(from, to)) });
      expect(sent.status).toBe(204);
    }
    const whole = await fetch(content(id), { headers: bearer() });
    expect(sha(new Uint8Array(await whole.arrayBuffer()))).toBe(sha(data));
  });

  it('may be an empty file, which has no pieces', async () => {
    const id = await announce();
    const url = content(id).replace('content', 'upload');
    const headers = { ...bearer(), 'tus-resumable': '1.0.0', 'upload-length': '0' };
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(201);
    const whole = await fetch(content(id), { headers: bearer() });
    expect([whole.status, await whole.text()]).toEqual([200, '']);
  });

  it('are removed once nothing refers to them', async () => {
    const id = await announce();
    await put(id, randomBytes(100), 'application/octet-stream');
    const [{ key }] = await circles.server.dataSource!.query(
      `SELECT "storage_key" AS "key" FROM "media" WHERE "id" = $1`,
      [id],
    );
    const storage = circles.server.app!.get(MediaStorage);
    (await storage.read(key)).destroy();
    await circles.api(world.u1, 'DELETE', `media/${id}`);
    await circles.server.app!.get(MediaSweeper).sweep();
    await expect(storage.read(key)).rejects.toThrow();
    await storage.remove(key);
  });
});
