import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataLock } from '../../src/modules/database/embedded/data-lock.js';

describe('the lock of DATA_DIR', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'switchboard-lock-'));
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
  });

  /** Takes it many times at once, and returns the locks that were granted. */
  async function race(contenders: number): Promise<DataLock[]> {
    const tries = await Promise.allSettled(Array.from({ length: contenders }, () => DataLock.acquire(dataDir)));
    for (const each of tries) if (each.status === 'rejected') expect(String(each.reason)).toContain('is in use');
    return tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  }

  it('is refused while it is held, naming the owner', async () => {
    const lock = await DataLock.acquire(dataDir);
    await expect(DataLock.acquire(dataDir)).rejects.toThrow(`is in use by another running server (pid ${process.pid})`);
    await lock.release();
  });

  it('is free again after its release', async () => {
    await (await DataLock.acquire(dataDir)).release();
    await (await DataLock.acquire(dataDir)).release();
  });

  it('goes to exactly one of many simultaneous contenders, in a fresh folder and after dead owners', async () => {
    for (let round = 0; round < 40; round++) {
      const owners = await race(12);
      expect(owners).toHaveLength(1);
      await owners[0]!.release();
    }
  });

  it('refuses a late contender that saw a dead owner and takes a number after others have come and gone', async () => {
    await (await DataLock.acquire(dataDir)).release();
    let proceed = (): void => undefined;
    let late: Promise<DataLock> | undefined;
    await new Promise<void>((reached) => {
      late = DataLock.acquire(dataDir, async (...names) => {
        reached();
        await new Promise<void>((resolve) => (proceed = resolve));
        await symlink(...names);
      });
    });
    await (await DataLock.acquire(dataDir)).release();
    const owner = await DataLock.acquire(dataDir);
    proceed();
    await expect(late).rejects.toThrow('is in use');
    await owner.release();
  });

  it('leaves nothing behind that grows', async () => {
    for (let round = 0; round < 5; round++) await (await DataLock.acquire(dataDir)).release();
    expect(await readdir(path.join(dataDir, 'lock'))).toEqual(['5']);
    expect(await readdir(dataDir)).toEqual(['lock']);
  });

  it('works in folders deeper than a socket path may be long', async () => {
    dataDir = path.join(dataDir, 'a'.repeat(100), 'b'.repeat(100));
    await mkdir(dataDir, { recursive: true });
    const lock = await DataLock.acquire(dataDir);
    await expect(DataLock.acquire(dataDir)).rejects.toThrow('is in use');
    await lock.release();
    await (await DataLock.acquire(dataDir)).release();
    dataDir = path.resolve(dataDir, '../..');
  });
});
