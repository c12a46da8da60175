import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.js';
import { loadConfig } from './load-config.js';

const SECRET = 'a secret key of more than 32 bytes';

describe('the key ring', () => {
  let root: string;
  let dataDir: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), 'switchboard-keys-'));
    dataDir = path.join(root, 'data');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const open = (env: Record<string, string> = {}) => KeyRing.open(loadConfig({ DATA_DIR: dataDir, ...env }));

  it('derives the same key for the same purpose, and unrelated ones for others', () => {
    const [a, b] = [open({ SECRET_KEY: SECRET }), open({ SECRET_KEY: SECRET })];
    expect(a.derive('jwt')).toEqual(b.derive('jwt'));
    expect(a.derive('jwt')).not.toEqual(a.derive('codes'));
    expect(a.derive('jwt')).not.toEqual(open({ SECRET_KEY: `${SECRET}!` }).derive('jwt'));
    expect(a.derive('jwt', 64)).toHaveLength(64);
  });

  it('touches no file if SECRET_KEY is set', () => {
    open({ SECRET_KEY: SECRET });
    expect(existsSync(dataDir)).toBe(false);
  });

  it('generates a key once, readable by its owner only', () => {
    const first = open().derive('jwt');
    expect(open().derive('jwt')).toEqual(first);
    expect(readdirSync(dataDir)).toEqual(['secret-key']);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(dataDir, 'secret-key')).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(path.join(dataDir, 'secret-key'), 'utf8').trim(), 'base64url')).toHaveLength(48);
  });

  it('takes away the access of others to a key file and its folder', () => {
    open();
    chmodSync(path.join(dataDir, 'secret-key'), 0o644);
    chmodSync(dataDir, 0o755);
    open();
    expect(statSync(path.join(dataDir, 'secret-key')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('refuses a key file that is empty or truncated, instead of signing with nothing', () => {
    open();
    writeFileSync(path.join(dataDir, 'secret-key'), 'short\n');
    expect(() => open()).toThrow('at least 32 bytes');
  });

  it('says which folder cannot be used', () => {
    writeFileSync(path.join(root, 'file'), '');
    dataDir = path.join(root, 'file', 'data');
    expect(() => open()).toThrow(`DATA_DIR ${dataDir} cannot be used`);
  });
});
