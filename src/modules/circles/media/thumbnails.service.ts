import { Injectable, Logger } from '@nestjs/common';
import { MediaStorage } from './storage/media-storage.js';

/** Pixels of the longer side. */
const SIZE = 320;
/** More than any camera makes; a small file may claim to be a huge picture. */
const MAX_PIXELS = 100_000_000;
const TIMEOUT_SECONDS = 20;
const MAKEABLE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/tiff']);

export const THUMBNAIL_TYPE = 'image/webp';

/** Small pictures of pictures; one at a time, since each needs memory and a processor. */
@Injectable()
export class Thumbnails {
  private readonly logger = new Logger(Thumbnails.name);
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly storage: MediaStorage) {}

  /** Makes the thumbnail of what is under `key` under `thumbnailKey`. @returns false when there is none to make */
  make(key: string, type: string, thumbnailKey: string): Promise<boolean> {
    if (!MAKEABLE.has(type)) return Promise.resolve(false);
    const made = this.last.then(() => this.convert(key, thumbnailKey));
    this.last = made;
    return made;
  }

  private async convert(key: string, thumbnailKey: string): Promise<boolean> {
    // Large, and needed when there is a picture.
    const { default: sharp } = await import('sharp');
    const picture = await this.storage.read(key);
    const small = sharp({ limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .rotate()
      .resize({ width: SIZE, height: SIZE, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .timeout({ seconds: TIMEOUT_SECONDS });
    picture.once('error', (error) => small.destroy(error));
    try {
      picture.pipe(small);
      await this.storage.write(thumbnailKey, small);
      return true;
    } catch (error) {
      this.logger.debug({ msg: 'no thumbnail', reason: (error as Error).message });
      return false;
    } finally {
      picture.destroy();
    }
  }
}
