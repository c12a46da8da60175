import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../../src/config/key-ring.js';
import { loadConfig } from '../../src/config/load-config.js';
import { openDatabase } from '../../src/modules/database/open-data-source.js';
import { cleanUpProcesses, ensureBuilt, startProcess, temporaryDataDir, usedDataDir } from '../support/process.js';

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };
const isRoot = process.getuid?.() === 0;

describe('DATA_DIR of a server process', () => {
  let dataDir: string;
  beforeAll(ensureBuilt, 300_000);
  beforeEach(async () => {
    dataDir = await temporaryDataDir();
  });
  afterEach(cleanUpProcesses);

  /** All that a server does with it before anybody can ask for something. */
  const openAndClose = async (): Promise<void> => {
    const config = loadConfig({ DATA_DIR: dataDir });
    const database = await openDatabase(config, SILENT);
    expect(database.dataSource.isInitialized).toBe(true);
    expect(() => KeyRing.open(config)).not.toThrow();
    await database.close();
  };
  /** The complete message: one line, without a stack. */
  const refusal = async (): Promise<string> => {
    const server = await startProcess({}, { dataDir });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output()).not.toContain('    at ');
    return server.output().trim();
  };
  const owners = async (): Promise<string[]> => {
    const names = (await readdir(dataDir, { recursive: true })).filter((name) => !name.startsWith('lock'));
    return Promise.all(
      names.sort().map(async (name) => `${name} ${(await stat(path.join(dataDir, name))).uid.toString()}`),
    );
  };

  it.each(['770', '2770', '755', '777'])('is made private again, whatever its mode was: %s', async (left) => {
    const mode = parseInt(left, 8);
    dataDir = await usedDataDir();
    const folders = ['.', 'postgres', 'lock'];
    for (const folder of folders) await chmod(path.join(dataDir, folder), mode);
    for (const file of ['secret-key', 'postgres-password', 'postgres/PG_VERSION']) {
      await chmod(path.join(dataDir, file), 0o660);
    }
    await openAndClose();
    expect((await stat(dataDir)).mode & 0o7777).toBe(0o700);
    expect((await stat(path.join(dataDir, 'postgres'))).mode & 0o7777).toBe(0o700);
    expect((await stat(path.join(dataDir, 'secret-key'))).mode & 0o777).toBe(0o600);
  });

  it.runIf(isRoot)('of an ordinary user is refused to root, who changes nothing', async () => {
    dataDir = await usedDataDir();
    for (const name of ['.', ...(await readdir(dataDir, { recursive: true }))]) {
      const file = path.join(dataDir, name);
      if (!name.startsWith('lock/')) await chown(file, 4_711, 4_711);
    }
    await chmod(dataDir, 0o755);
    const before = await owners();
    expect(await refusal()).toMatch(
      /^DATA_DIR \S+ holds files of uid 4711 \(secret-key\), but this process runs as uid 0:/,
    );
    expect(await owners()).toEqual(before);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o755);
  });

  it.runIf(isRoot)('that everybody may write to is refused and left unchanged', async () => {
    await chmod(dataDir, 0o1777);
    expect(await refusal()).toContain('it is a folder that everybody writes to');
    expect((await stat(dataDir)).mode & 0o7777).toBe(0o1777);
  });

  it('may contain its database as a link to another folder', async () => {
    dataDir = await usedDataDir();
    const elsewhere = path.join(await temporaryDataDir(), 'database');
    await rename(path.join(dataDir, 'postgres'), elsewhere);
    await symlink(elsewhere, path.join(dataDir, 'postgres'));
    const server = await startProcess({}, { dataDir });
    await server.url;
    await server.says('Listening');
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.output()).not.toContain('has died');
  });

  it.each([
    ['of another version', 'was made by PostgreSQL 12, but', (file: string) => writeFile(file, '12\n')],
    ['that is not complete', 'is no complete PostgreSQL data folder', (file: string) => rm(file)],
  ])('with a database %s is refused in one sentence', async (_name, sentence, spoil) => {
    await mkdir(path.join(dataDir, 'postgres'));
    const file = path.join(dataDir, 'postgres/PG_VERSION');
    await writeFile(file, '');
    await spoil(file);
    expect(await refusal()).toContain(sentence);
  });

  const canMount = isRoot && mounts();
  describe.runIf(canMount)('on a disk', () => {
    let disk: string;
    beforeEach(async () => {
      disk = await temporaryDataDir();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
      dataDir = path.join(disk, 'data');
    });
    afterEach(() => {
      execFileSync('umount', [disk]);
    });

    it('that is full is refused', async () => {
      expect(await refusal()).toContain('No space left on device');
      expect(await readdir(dataDir)).not.toContain('postgres');
    });

    it('that is read-only is refused', async () => {
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(await refusal()).toMatch(/^DATA_DIR \S+ cannot be used: EROFS/);
    });
  });
});

function mounts(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
