import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MediaSweeper } from '../../src/modules/circles/media/media-sweeper.service.js';
import { CirclesHarness, type Person, type World } from '../support/circles.js';

const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const MAX = 20_000_000;

describe('the handling of message media', () => {
  let circles: CirclesHarness;
  let world: World;
  let picture: Buffer;
  beforeAll(async () => {
    circles = await CirclesHarness.start({ MEDIA_MAX_BYTES: String(MAX) });
    world = await circles.world();
    picture = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#c04020' } })
      .jpeg()
      .toBuffer();
  });
  afterAll(() => circles.close());
  afterEach(() => {
    circles.hangUp();
  });

  const content = (id: number) => `${circles.server.url}/api/v1/media/${id}/content`;
  const bearer = (who: { token: string }) => ({ authorization: `Bearer ${who.token}` });
  const upload = async (who: { token: string }, id: number, data: Uint8Array, name = 'a.jpg', type = 'image/jpeg') => {
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(data)], { type }), name);
    const response = await fetch(content(id), { method: 'PUT', headers: bearer(who), body: form });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) };
  };
  const download = (who: { token: string }, id: number, headers: Record<string, string> = {}, what = 'content') =>
    fetch(`${circles.server.url}/api/v1/media/${id}/${what}`, { headers: { ...bearer(who), ...headers } });
  /** Sends a message with files. @returns the ids of its media */
  const announce = async (who: Person, ...files: string[]): Promise<number[]> => {
    const message = await circles.api(who, 'POST', `conversations/${world.conversation}/messages`, { files });
    return message.media.map((media: { id: number }) => media.id);
  };
  const uploaded = async (data: Uint8Array, name: string, type: string): Promise<number> => {
    const [id = 0] = await announce(world.u1, name);
    expect((await upload(world.u1, id, data, name, type)).status).toBe(200);
    return id;
  };
  const stored = async () => {
    const folder = path.join(circles.server.config!.storage.dataDir, 'media');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).length;
  };

  it('11: announces the files, then the message as pending, then each file as done', async () => {
    const [u1, u2] = [await circles.socket(world.u1), await circles.socket(world.u2)];
    for (const client of [u1, u2]) await client.joinConversation(world.conversation);
    u1.emit('message', { conversation_id: world.conversation, text_message: 'look', files: ['a.jpg', 'b.txt'] });
    const { media_list: list, message_id: id } = await u1.expect('media');
    const pending = { filename: null, extension: null, uploaded: 'False' };
    expect(list).toEqual([
      { id: expect.any(Number), identifier: 'a.jpg', ...pending },
      { id: expect.any(Number), identifier: 'b.txt', ...pending },
    ]);
    await u1.expectNext('success', { received: true, message_id: id });
    for (const client of [u1, u2]) {
      const message = await client.expect('message');
      expect(message).toMatchObject({ conversation_id: world.conversation, status: 'pending' });
      expect(message.message).toMatchObject({ id, content: 'look', medias: 2 });
      expect(message).not.toHaveProperty('media_list');
    }
    expect((await upload(world.u1, list[0].id, picture, 'photo.JPG')).status).toBe(200);
    for (const client of [u1, u2]) {
      const done = await client.expect('message');
      expect(done).toEqual({
        conversation_id: world.conversation,
        message: expect.objectContaining({ id, content: 'look' }),
        sender: expect.objectContaining({ email: world.u1.email }),
        media: { id: list[0].id, filename: 'photo.JPG', extension: 'JPG', identifier: 'a.jpg', uploaded: 'True' },
        status: 'done',
      });
      await client.expectQuiet();
    }
  });

  it('tells the author’s sockets of files announced over REST', async () => {
    const [u1, again] = [await circles.socket(world.u1), await circles.socket(world.u1)];
    const [id] = await announce(world.u1, 'a.jpg');
    for (const client of [u1, again]) {
      expect((await client.expect('media')).media_list).toMatchObject([{ id, identifier: 'a.jpg' }]);
      await client.expectQuiet();
    }
  });

  it('returns uploads, in whole or in part, to whoever may read the message', async () => {
    const id = await uploaded(picture, 'Été.jpg', 'image/jpeg');
    expect(await circles.api(world.u2, 'GET', `media/${id}`)).toMatchObject({
      id,
      filename: 'Été.jpg',
      contentType: 'image/jpeg',
      size: picture.length,
      uploaded: true,
    });
    for (const who of [world.u1, world.u2, world.d]) {
      const whole = await download(who, id);
      expect(whole.status).toBe(200);
      expect(Object.fromEntries(whole.headers)).toMatchObject({
        'content-type': 'image/jpeg',
        'content-length': String(picture.length),
        'content-disposition': `inline; filename=Ete.jpg; filename*=UTF-8''%C3%89t%C3%A9.jpg`,
        'x-content-type-options': 'nosniff',
        'accept-ranges': 'bytes',
      });
      expect(sha(new Uint8Array(await whole.arrayBuffer()))).toBe(sha(picture));
    }
    const part = await download(world.u2, id, { range: 'bytes=10-19' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${picture.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(picture.subarray(10, 20));
    const none = await download(world.u2, id, { range: `bytes=${picture.length}-` });
    expect(none.status).toBe(416);
    expect(none.headers.get('content-range')).toBe(`bytes */${picture.length}`);
    expect(await none.json()).toMatchObject({ status: 416, code: 'range_not_satisfiable' });
    for (const what of ['content', 'thumbnail', '']) {
      expect((await download(world.u3, id, {}, what)).status).toBe(404);
    }
    const head = await fetch(content(id), { method: 'HEAD', headers: bearer(world.u2) });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(picture.length)]);
  });

  it('makes a thumbnail of a picture', async () => {
    const id = await uploaded(picture, 'a.jpg', 'image/jpeg');
    const small = await download(world.u2, id, {}, 'thumbnail');
    expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const { width, height } = await sharp(Buffer.from(await small.arrayBuffer())).metadata();
    expect([width, height]).toEqual([320, 213]);
    expect((await circles.api(world.u1, 'GET', `media/${id}`)).hasThumbnail).toBe(true);
    const broken = await uploaded(picture.subarray(0, 400), 'a.jpg', 'image/jpeg');
    expect((await download(world.u2, broken, {}, 'thumbnail')).status).toBe(404);
    expect(await circles.api(world.u1, 'GET', `media/${broken}`)).toMatchObject({ hasThumbnail: false });
  });

  it('never serves inline what can run scripts', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    for (const [data, name, type] of [
      [Buffer.from('<!DOCTYPE html><script>alert(1)</script>'), 'a.html', 'text/html'],
      [svg, 'a.svg', 'image/svg+xml'],
      [Buffer.from('<script>alert(1)</script>'), 'a.html', 'application/octet-stream'],
    ] as const) {
      const response = await download(world.u2, await uploaded(data, name, type));
      const { headers } = response;
      expect(headers.get('content-security-policy')).toContain('sandbox');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      const isText = headers.get('content-type') === 'text/plain; charset=utf-8';
      expect(isText || headers.get('content-disposition')?.startsWith('attachment; ')).toBe(true);
    }
  });

  it('serves a file with a false type as a download of its real type', async () => {
    const webp = await sharp(picture).webp().toBuffer();
    for (const [data, said, type] of [
      [Buffer.from('just text'), 'image/jpeg', 'text/plain'],
      [webp, 'image/jpeg', 'image/webp'],
      [Buffer.from('MZ\u0000\u0000 program'), 'image/png', 'application/x-msdownload'],
    ] as const) {
      const id = await uploaded(data, 'a.jpg', said);
      expect((await circles.api(world.u2, 'GET', `media/${id}`)).contentType).toBe(type);
      const { headers } = await download(world.u2, id);
      expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
        type,
        'attachment; filename=a.jpg',
      ]);
    }
  });

  it('answers conditional requests by ETag', async () => {
    const id = await uploaded(picture, 'a.jpg', 'image/jpeg');
    for (const what of ['content', 'thumbnail']) {
      const etag = (await download(world.u2, id, {}, what)).headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]+"$/);
      const again = await download(world.u2, id, { 'if-none-match': `"other", ${etag}` }, what);
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
      expect((await download(world.u2, id, { 'if-none-match': '"other"' }, what)).status).toBe(200);
    }
    const etag = (await download(world.u2, id)).headers.get('etag') ?? '';
    const status = async (condition: string, range = 'bytes=0-9') =>
      (await download(world.u2, id, { 'if-range': condition, range })).status;
    expect(await status(etag)).toBe(206);
    expect(await status('"other"')).toBe(200);
    expect(await status(`W/${etag}`)).toBe(200);
    expect(await status('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(200);
    expect(await status('"other"', 'bytes=99999999-')).toBe(200);
    expect((await download(world.u3, id, { 'if-none-match': etag })).status).toBe(404);
  });

  it.each([
    ['bytes=90-', 206, 'bytes 90-99/100'],
    ['bytes=-10', 206, 'bytes 90-99/100'],
    ['bytes=-1000', 206, 'bytes 0-99/100'],
    ['BYTES=50-1000', 206, 'bytes 50-99/100'],
    ['bytes=100-', 416, 'bytes */100'],
    ['bytes=-0', 416, 'bytes */100'],
    ['bytes=-', 200, null],
    ['bytes=0-1,4-5', 200, null],
    ['lines=200-', 200, null],
    ['bytes=1e1-', 200, null],
  ])('answers the range %s of 100 bytes with %d', async (range, status, contentRange) => {
    const id = await uploaded(Buffer.alloc(100), 'a.bin', 'application/octet-stream');
    const answer = await download(world.u2, id, { range });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange]);
    await answer.arrayBuffer();
  });

  it('accepts a file once, from its author', async () => {
    const [id = 0] = await announce(world.u1, 'a.png');
    expect((await download(world.u2, id)).status).toBe(409);
    expect((await upload(world.u2, id, picture)).status).toBe(403);
    expect((await upload(world.u3, id, picture)).status).toBe(404);
    const form = new FormData();
    form.append('other', 'x');
    const noFile = await fetch(content(id), { method: 'PUT', headers: bearer(world.u1), body: form });
    expect(noFile.status).toBe(422);
    expect(await circles.status(world.u1, 'PUT', `media/${id}/content`, { file: 'x' })).toBe(415);
    const broken = await fetch(content(id), {
      method: 'PUT',
      headers: { ...bearer(world.u1), 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nunfinished',
    });
    expect(broken.status).toBe(400);
    expect((await upload(world.u1, id, picture)).status).toBe(200);
    expect((await upload(world.u1, id, picture)).status).toBe(409);
  });

  it('refuses what is too large without storing it', async () => {
    const [id = 0] = await announce(world.u1, 'a.bin');
    const tooLarge = await upload(world.u1, id, Buffer.alloc(MAX + 1, 7), 'a.bin', 'application/octet-stream');
    expect([tooLarge.status, tooLarge.body.code]).toEqual([413, 'payload_too_large']);
    expect((await upload(world.u1, id, Buffer.alloc(MAX, 7), 'a.bin', 'application/octet-stream')).status).toBe(200);
    expect((await circles.api(world.u1, 'GET', `media/${id}`)).size).toBe(MAX);
  });

  it('accepts a file piece by piece, and continues after an interruption', async () => {
    const u2 = await (await circles.socket(world.u2)).joinConversation(world.conversation);
    const [id = 0] = await announce(world.u1, 'film.bin');
    await u2.expect('message');
    const data = randomBytes(3_000_000);
    const url = `${circles.server.url}/api/v1/media/${id}/upload`;
    const tus = { ...bearer(world.u1), 'tus-resumable': '1.0.0' };
    const metadata = `filename ${Buffer.from('film.bin').toString('base64')}`;
    const create = (length: number) =>
      fetch(url, { method: 'POST', headers: { ...tus, 'upload-length': String(length), 'upload-metadata': metadata } });
    expect((await create(MAX + 1)).status).toBe(413);
    const created = await create(data.length);
    expect([created.status, created.headers.get('location')]).toEqual([201, `/api/v1/media/${id}/upload`]);
    const send = (offset: number, chunk: Buffer, headers = tus) =>
      fetch(url, {
        method: 'PATCH',
        headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
        body: new Uint8Array(chunk),
      });
    expect((await send(0, data.subarray(0, 1_000_000))).status).toBe(204);
    expect((await send(0, data.subarray(0, 1_000))).status).toBe(409);
    expect((await send(1_000_000, data, { ...tus, ...bearer(world.u2) })).status).toBe(403);
    const progress = await fetch(url, { method: 'HEAD', headers: tus });
    expect([progress.status, progress.headers.get('upload-offset')]).toEqual([200, '1000000']);
    expect((await download(world.u1, id)).status).toBe(409);
    expect((await send(1_000_000, data.subarray(1_000_000))).status).toBe(204);
    expect((await u2.expect('message')).media).toMatchObject({ id, filename: 'film.bin', uploaded: 'True' });
    const whole = await download(world.u2, id);
    expect(sha(new Uint8Array(await whole.arrayBuffer()))).toBe(sha(data));
    const after = await fetch(url, { method: 'HEAD', headers: tus });
    expect([after.status, after.headers.get('upload-offset')]).toEqual([200, String(data.length)]);
    expect((await create(10)).status).toBe(409);
  });

  it('continues an upload through a network that blocks PATCH', async () => {
    const [id = 0] = await announce(world.u1, 'a.bin');
    const url = `${circles.server.url}/api/v1/media/${id}/upload`;
    const tus = { ...bearer(world.u1), 'tus-resumable': '1.0.0', origin: 'https://app.example' };
    const post = (headers: object, body?: string): Promise<Response> =>
      fetch(url, { method: 'POST', headers: { ...tus, ...headers }, ...(body !== undefined && { body }) });
    const patch = (offset: number, body: string, name: string): Promise<Response> =>
      post(
        {
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(offset),
          'x-http-method-override': name,
        },
        body,
      );
    expect((await post({ 'upload-length': '9' })).status).toBe(201);
    const first = await patch(0, 'hel', 'PATCH');
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '3']);
    expect(first.headers.get('access-control-expose-headers')).toMatch(/Upload-Offset.*Retry-After/);
    expect((await patch(3, 'low', 'patch')).status).toBe(204);
    const wrong = await patch(0, 'x', 'PATCH');
    expect(wrong.status).toBe(409);
    const progress = await fetch(url, { method: 'HEAD', headers: tus });
    expect([progress.status, progress.headers.get('upload-offset')]).toEqual([200, '6']);
    expect((await patch(6, 'rld', 'PATCH')).status).toBe(204);
    expect((await circles.api(world.u1, 'GET', `media/${id}`)).size).toBe(9);
    const [other = 0] = await announce(world.u1, 'b.bin');
    expect((await post({ 'x-http-method-override': 'GET' })).status).not.toBe(200);
    expect(await circles.status(world.u1, 'GET', `media/${other}/content`)).toBe(409);
  });

  it('sweeps files that nothing refers to, and those that never arrived', async () => {
    const sweeper = circles.server.app!.get(MediaSweeper);
    const database = circles.server.dataSource!;
    // What came before may still get its thumbnail, another file.
    await vi.waitFor(async () => {
      expect(await database.query('SELECT FROM "media" WHERE "thumbnail_due"')).toEqual([]);
    });
    await sweeper.sweep();
    const before = await stored();
    const [id = 0, never = 0] = await announce(world.u1, 'a.jpg', 'b.jpg');
    await upload(world.u1, id, picture);
    await vi.waitFor(async () => {
      expect(await stored()).toBe(before + 2);
    });
    const { messageId } = await circles.api(world.u1, 'GET', `media/${id}`);
    expect(await circles.status(world.u2, 'DELETE', `media/${id}`)).toBe(403);
    expect(await circles.status(world.u1, 'DELETE', `media/${id}`)).toBe(204);
    await vi.waitFor(async () => {
      expect(await stored()).toBe(before);
    });
    const u2 = await (await circles.socket(world.u2)).joinConversation(world.conversation);
    await database.query(`UPDATE "media" SET "created_at" = now() - interval '25 hours' WHERE "id" = $1`, [never]);
    await sweeper.sweep();
    await u2.expectNext('message', { conversation_id: world.conversation, message_id: messageId, event: 'delete' });
    expect(await circles.status(world.u1, 'GET', `media/${never}`)).toBe(404);
    const second = await uploaded(picture, 'a.jpg', 'image/jpeg');
    const { messageId: own } = await circles.api(world.u1, 'GET', `media/${second}`);
    await circles.api(world.u1, 'DELETE', `messages/${own}`);
    // Its thumbnail may just be being made.
    await vi.waitFor(async () => {
      await sweeper.sweep();
      expect(await stored()).toBe(before);
    });
  });
});
