import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Readable } from 'node:stream';
import type Sharp from 'sharp';
import { AppConfig } from '../../../../config/app-config.js';
import { FairQueue } from './fair-queue.js';
import { firstFrame } from './first-frame.js';
import { MediaRepository, type Picture } from '../media.repository.js';
import { MediaStorage, newKey } from '../storage/media-storage.js';

/** Pixels of the longer side. */
const SIZE = 320;
/** Larger files get no thumbnail: they would be held in memory. */
const MAX_BYTES = 50_000_000;
/** Bytes per value, by depth; pictures of other depths are not meant for people to look at. */
const BYTES_OF: Readonly<Record<string, number>> = { uchar: 1, ushort: 2 };
/** Memory per pixel that `maxPixels` allows, in bytes: four channels of 16 bits. */
const BYTES_OF_PIXEL = 8;
const TIMEOUT_SECONDS = 20;
/** After this time, a file written for a thumbnail that was never recorded is removed. */
const GARBAGE_HOURS = 24;
/** Formats that may be pictures, and the only loaders ever used, whatever a file turns out to be. */
const LOADERS: Readonly<Record<string, string>> = {
  'image/jpeg': 'VipsForeignLoadJpegBuffer',
  'image/png': 'VipsForeignLoadPngBuffer',
  'image/apng': 'VipsForeignLoadPngBuffer',
  'image/webp': 'VipsForeignLoadWebpBuffer',
  'image/gif': 'VipsForeignLoadNsgifBuffer',
  'image/avif': 'VipsForeignLoadHeifBuffer',
  // May hold the same as an AVIF; HEVC is not decoded.
  'image/heif': 'VipsForeignLoadHeifBuffer',
  'image/tiff': 'VipsForeignLoadTiffBuffer',
};

export const THUMBNAIL_TYPE = 'image/webp';

/**
 * Makes small versions of pictures after their upload was answered. A node makes one at a time, which bounds its
 * memory, taking turns between accounts. What a node leaves undone when it ends, another one makes.
 */
@Injectable()
export class Thumbnails implements OnApplicationShutdown {
  private readonly logger = new Logger(Thumbnails.name);
  private readonly queue = new FairQueue<number | null>();
  private sharp: Promise<typeof Sharp> | undefined;

  constructor(
    private readonly repository: MediaRepository,
    private readonly storage: MediaStorage,
    private readonly config: AppConfig,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.queue.stop();
  }

  /** Whether content of this type and size may get a thumbnail. */
  isDue(type: string, size: number): boolean {
    return type in LOADERS && size <= MAX_BYTES && this.config.media.maxPixels > 0;
  }

  makeSoon(picture: Picture): void {
    this.queue.add(picture.userId, async () => {
      try {
        await this.make(picture);
      } catch (error) {
        // A failure of the database or storage: the thumbnail is still due.
        this.logger.debug({ msg: 'a thumbnail could not be stored', reason: (error as Error).message });
      }
    });
  }

  private async make(picture: Picture): Promise<void> {
    const small = await this.convert(await this.load(picture));
    if (small === undefined) {
      await this.repository.setThumbnail(picture, null);
      return;
    }
    const key = newKey();
    await this.repository.expect(key, GARBAGE_HOURS);
    await this.storage.write(key, Readable.from([small]));
    if (!(await this.repository.setThumbnail(picture, key))) await this.repository.discard(key);
  }

  private async load({ storageKey, size }: Picture): Promise<Buffer> {
    const file = Buffer.allocUnsafe(size);
    let length = 0;
    for await (const chunk of await this.storage.read(storageKey)) length += (chunk as Buffer).copy(file, length);
    return file.subarray(0, length);
  }

  /** `undefined` when it is not a picture, or not one that may be decoded. */
  private async convert(file: Buffer): Promise<Buffer | undefined> {
    const { maxPixels } = this.config.media;
    try {
      const sharp = await (this.sharp ??= loadSharp());
      const frame = firstFrame(file);
      if (frame === undefined) return undefined;
      const picture = sharp(frame, { limitInputPixels: maxPixels, failOn: 'error' });
      const { width, height, channels, depth } = await picture.metadata();
      // Some formats must be decoded as a whole before the first line is available.
      if (width * height * channels * (BYTES_OF[depth] ?? MAX_BYTES) > maxPixels * BYTES_OF_PIXEL) return undefined;
      return await picture
        .rotate()
        .resize({ width: SIZE, height: SIZE, fit: 'inside', withoutEnlargement: true })
        .webp({ quality: 80 })
        .timeout({ seconds: TIMEOUT_SECONDS })
        .toBuffer();
    } catch (error) {
      this.logger.debug({ msg: 'no thumbnail', reason: (error as Error).message });
      return undefined;
    }
  }
}

/** Large, and only needed once there is a picture. */
async function loadSharp(): Promise<typeof Sharp> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: Object.values(LOADERS) });
  return sharp;
}
