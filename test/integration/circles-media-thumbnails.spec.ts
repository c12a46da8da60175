import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CirclesHarness, type World } from '../support/circles.js';

/** A file with the given first frame, followed by many of one pixel. */
function withFrames(first: Buffer, frame: Buffer, count: number): Buffer {
  return Buffer.concat([first, ...Array<Buffer>(count).fill(frame)]);
}

/** Animated WebP of 1 × 1: `count` frames, each with the content of `still`. */
function longWebp(still: Buffer, count: number): Buffer {
  const chunk = (name: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name);
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const frame = chunk('ANMF', Buffer.concat([Buffer.alloc(12), Buffer.of(1, 0, 0, 0), still.subarray(12)]));
  const file = withFrames(
    Buffer.concat([
      Buffer.from('RIFF\0\0\0\0WEBP'),
      chunk('VP8X', Buffer.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
      chunk('ANIM', Buffer.alloc(6)),
    ]),
    frame,
    count,
  );
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

describe('thumbnails of files from browsers and phones', () => {
  let circles: CirclesHarness;
  let world: World;
  let frames: Buffer[];
  beforeAll(async () => {
    circles = await CirclesHarness.start();
    world = await circles.world();
    const colour = (background: string) =>
      sharp({ create: { width: 640, height: 480, channels: 3, background } })
        .png()
        .toBuffer();
    frames = [await colour('#f00'), await colour('#00f')];
  });
  afterAll(() => circles.close());

  const url = (id: number, what: string) => `${circles.server.url}/api/v1/media/${id}/${what}`;
  const bearer = () => ({ authorization: `Bearer ${world.u1.token}` });

  async function thumbnailOf(file: Buffer, type: string): Promise<Response> {
    const sent = await circles.api(world.u1, 'POST', `conversations/${world.conversation}/messages`, { files: ['a'] });
    const { id } = sent.media[0];
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(file)], { type }), 'a');
    const uploaded = await fetch(url(id, 'content'), { method: 'PUT', headers: bearer(), body: form });
    expect(uploaded.status).toBe(200);
    for (;;) {
      const answer = await fetch(url(id, 'thumbnail'), { headers: bearer() });
      if (answer.status !== 409) return answer;
    }
  }

  const still = () => sharp(frames[0]);
  const moving = () => sharp(frames, { join: { animated: true } });

  it.each([
    ['image/gif', () => still().gif().toBuffer()],
    [
      'image/gif',
      () =>
        moving()
          .gif({ delay: [100, 100] })
          .toBuffer(),
    ],
    ['image/webp', () => moving().webp().toBuffer()],
    ['image/avif', () => still().avif().toBuffer()],
    ['image/avif', () => still().avif({ bitdepth: 10 }).toBuffer()],
    ['image/tiff', () => still().tiff().toBuffer()],
    ['image/tiff', () => moving().tiff().toBuffer()],
    [
      'image/heif',
      async () => {
        const file = await still().avif().toBuffer();
        // The brand of some programs: an image file with any codec.
        file.write('mif1', 8);
        return file;
      },
    ],
  ])('show the first frame of %s', async (type, make) => {
    const answer = await thumbnailOf(await make(), type);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const small = sharp(Buffer.from(await answer.arrayBuffer()));
    expect(await small.metadata()).toMatchObject({ width: 320, height: 240 });
    const { channels } = await small.stats();
    expect(channels.slice(0, 3).map(({ mean }) => Math.round(mean / 255))).toEqual([1, 0, 0]);
  });

  it('need only the first of very many frames', async () => {
    const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#f00' } })
      .webp({ lossless: true })
      .toBuffer();
    expect((await thumbnailOf(longWebp(dot, 150_000), 'image/webp')).status).toBe(200);
    const gifFrame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
    const gifHead = Buffer.from([...Buffer.from('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
    expect((await thumbnailOf(withFrames(gifHead, gifFrame, 500_000), 'image/gif')).status).toBe(200);
  });
});
