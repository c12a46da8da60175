import { FileStore } from '@tus/file-store';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../../../../config/data-dir.js';
import { type ByteRange, MediaStorage } from './media-storage.js';
import { type StorageFault, type StorageHealth } from './storage-health.js';

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const AWAY = new Set(['EROFS', 'EIO', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOTDIR', 'ENODEV', 'ENXIO', 'ESTALE']);
/** Bytes that must fit before a full disk counts as having space again. */
const PROBE_BYTES = 1_048_576;

/** Stores files in a folder of this machine, in subfolders named after the beginning of the key. */
export class DiskStorage extends MediaStorage {
  readonly resumable: FileStore;
  protected readonly where: string;
  private readonly uploads: string;

  /** @param folder absolute; created when missing */
  constructor(
    private readonly folder: string,
    health: StorageHealth,
  ) {
    super(health);
    this.where = folder;
    this.uploads = path.join(folder, 'uploads');
    // Created here and not by the store, so that nobody else on this machine can read media.
    makeFolder(this.uploads);
    this.resumable = new OutspokenFileStore({ directory: this.uploads });
  }

  async remove(key: string): Promise<void> {
    const file = this.fileOf(key);
    const upload = path.join(this.uploads, key);
    for (const each of [file, `${file}.part`, upload, `${upload}.json`]) await rm(each, { force: true });
  }

  protected async put(key: string, content: Readable): Promise<void> {
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

  protected async open(key: string, range?: ByteRange): Promise<Readable> {
    // Opened first, so that a missing file is noticed before anything is answered.
    const file = await open(this.fileOf(key));
    return createReadStream('', { fd: file, ...range });
  }

  protected async takeOver(key: string): Promise<number> {
    const upload = path.join(this.uploads, key);
    const file = this.fileOf(key);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(upload, 'r+').catch((error: unknown) => {
      // Already taken over, by a request that did not live to say so.
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

  protected faultOf(error: unknown): StorageFault | undefined {
    const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
    if (code === 'ENOENT') return 'missing';
    if (FULL.has(code)) return 'full';
    return AWAY.has(code) ? 'away' : undefined;
  }

  protected async probe(): Promise<void> {
    const file = path.join(this.folder, 'probe');
    try {
      await writeFile(file, Buffer.alloc(PROBE_BYTES), { mode: 0o600, flush: true });
    } finally {
      await rm(file, { force: true });
    }
  }

  private fileOf(key: string): string {
    if (!/^[0-9a-f]{32,64}$/.test(key)) throw new Error('not a key');
    return path.join(this.folder, key.slice(0, 2), key);
  }
}

/** The original does not tell why a file could not be written. */
class OutspokenFileStore extends FileStore {
  override async write(content: Readable, key: string, offset: number): Promise<number> {
    const file = createWriteStream(path.join(this.directory, key), { flags: 'r+', start: offset });
    await pipeline(content, file);
    return offset + file.bytesWritten;
  }
}
