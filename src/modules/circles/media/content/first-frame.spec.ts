import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { firstFrame } from './first-frame.js';

const RED = { r: 255, g: 0, b: 0 };
const BLUE = { r: 0, g: 0, b: 255 };

describe('firstFrame', () => {
  let frames: Buffer[];
  beforeAll(async () => {
    const colour = (background: object) =>
      sharp({ create: { width: 20, height: 10, channels: 3, background } })
        .png()
        .toBuffer();
    frames = await Promise.all([colour(RED), colour(BLUE), colour(BLUE)]);
  });
  const moving = () => sharp(frames, { join: { animated: true } });

  it.each([
    ['gif', () => moving().gif({ delay: [100, 100, 100] })],
    ['webp', () => moving().webp({ lossless: true })],
    ['tiff', () => moving().tiff()],
    ['tiff', () => moving().tiff({ bigtiff: true })],
    ['gif', () => sharp(frames[0]).gif()],
    [
      'webp',
      () =>
        sharp(frames[0])
          .withExif({ IFD0: { Copyright: 'nobody' } })
          .webp({ lossless: true }),
    ],
    ['tiff', () => sharp(frames[0]).tiff()],
  ] as const)('leaves one picture of a %s, and that as it was', async (format, make) => {
    const file = await make().toBuffer();
    const one = firstFrame(file);
    const all = await sharp(one, { failOn: 'error', pages: -1 }).metadata();
    expect([all.format, all.pages ?? 1, all.width, all.height]).toEqual([format, 1, 20, 10]);
    const { data } = await sharp(one, { failOn: 'error' }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)].map((value) => Math.round(value / 255))).toEqual([1, 0, 0]);
    expect((await sharp(one).metadata()).exif?.length).toBe((await sharp(file).metadata()).exif?.length);
  });

  it('does not touch a file with a single picture', async () => {
    for (const file of [frames[0] as Buffer, await sharp(frames[0]).jpeg().toBuffer(), Buffer.alloc(3)]) {
      expect(firstFrame(file)).toBe(file);
    }
  });

  it('finds none in truncated or made-up files of any length', async () => {
    const file = await moving().gif().toBuffer();
    const end = firstFrame(file)?.length ?? 0;
    for (let length = 4; length < end - 1; length++) expect(firstFrame(file.subarray(0, length))).toBeUndefined();
    for (const made of ['II*\0\xff\xff\xff\xff', 'MM\0*', 'II+\0', 'RIFF', 'GIF89a']) {
      expect(firstFrame(Buffer.from(made, 'latin1'))).toBeUndefined();
    }
  });

  it('gives up if the parts before the picture never end', () => {
    const comment = Buffer.from([0x21, 0xfe, 1, 0, 0]);
    const head = Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1');
    expect(firstFrame(Buffer.concat([head, ...Array<Buffer>(300_000).fill(comment)]))).toBeUndefined();
  });
});
