import { FileStore } from '@tus/file-store';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../../../../config/data-dir.js';
import { type ByteRange, MediaStorage } from './media-storage.js';

/** Under a folder of this machine, in subfolders by the beginning of the key. */
export class DiskStorage extends MediaStorage {
  readonly resumable: FileStore;
  private readonly uploads: string;

  /** @param folder absolute; made when it is missing */
  constructor(private readonly folder: string) {
    super();
    this.uploads = path.join(folder, 'uploads');
    // Before the store makes it: media are for nobody else on this machine.
    makeFolder(this.uploads);
    this.resumable = new FileStore({ directory: this.uploads });
  }

  async write(key: string, content: Readable): Promise<void> {
    const file = this.fileOf(key);
    const draft = `${file}.part`;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    try {
      await pipeline(content, createWriteStream(draft, { mode: 0o600, flush: true }));
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    // Opened first, so that what is missing is told before anything is answered.
    const file = await open(this.fileOf(key));
    return createReadStream('', { fd: file, ...range });
  }

  async remove(key: string): Promise<void> {
    const file = this.fileOf(key);
    const upload = path.join(this.uploads, key);
    for (const each of [file, `${file}.part`, upload, `${upload}.json`]) await rm(each, { force: true });
  }

  async adopt(key: string): Promise<number> {
    const upload = path.join(this.uploads, key);
    const file = this.fileOf(key);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(upload, 'r+').catch((error: unknown) => {
      // Adopted before, by a request that did not live to say so.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (handle) {
      await handle.sync();
      await handle.close();
      await rename(upload, file);
    }
    await rm(`${upload}.json`, { force: true });
    return (await stat(file)).size;
  }

  private fileOf(key: string): string {
    if (!/^[0-9a-f]{32,64}$/.test(key)) throw new Error('not a key');
    return path.join(this.folder, key.slice(0, 2), key);
  }
}
