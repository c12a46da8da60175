import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BootError } from '../common/errors/boot-error.js';
import { prepareDataDir } from './data-dir.js';

describe('DATA_DIR', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), 'switchboard-data-dir-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('is created with its parent folders, for the owner only', () => {
    const dataDir = path.join(root, 'a', 'b', 'data');
    prepareDataDir(dataDir);
    prepareDataDir(dataDir);
    for (const folder of [path.dirname(dataDir), dataDir]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('may be a link to a folder', () => {
    symlinkSync(root, path.join(root, 'link'));
    prepareDataDir(path.join(root, 'link', 'data'));
    expect(statSync(path.join(root, 'data')).isDirectory()).toBe(true);
  });

  it('is refused if it is a file, below a file, or a dangling link', () => {
    const file = path.join(root, 'file');
    writeFileSync(file, '');
    const link = path.join(root, 'link');
    symlinkSync(path.join(root, 'nowhere'), link);
    for (const dataDir of [file, path.join(file, 'data'), link]) {
      expect(() => {
        prepareDataDir(dataDir);
      }).toThrow(BootError);
    }
  });
});
