import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditRecord, type AuditSealRecord } from '../../src/common/audit/audit-record.js';
import { ChainVerifier, type Trusted } from '../../src/common/audit/chain-verifier.js';
import { Sealing } from '../../src/modules/audit/sealing.service.js';
import { AuditLog } from '../../src/modules/audit/audit-log.service.js';
import { WRITERS_LOCK } from '../../src/modules/audit/audit-keys.js';
import { KeyRing } from '../../src/config/key-ring.js';
import { RoomsHarness } from '../support/rooms.js';

const ENTRIES = 30;
const TABLES = ['audit_entries', 'audit_seals'];

describe('the chain of the audit log', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let folder: string;
  let sealing: Sealing;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-audit-'));
    const keyFile = path.join(folder, 'signing.pem');
    await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    rooms = await RoomsHarness.start({ AUDIT_SIGNING_KEY: keyFile });
    sealing = rooms.app.app.get(Sealing);
    const log = rooms.app.app.get(AuditLog);
    for (let i = 0; i < ENTRIES; i++) {
      await log.note({ action: 'test.act', changes: { number: i } });
      if (i % 10 === 9) await sealing.sealAll();
    }
    await log.note({ action: 'test.act' });
  });
  afterAll(async () => {
    await rooms.close();
    await rm(folder, { recursive: true, force: true });
  });

  const query = (sql: string, values: unknown[] = []) => rooms.app.dataSource.query(sql, values);
  const verify = async () => (await rooms.admin('GET', 'audit/verify')).body;
  const exported = async () => {
    const { accessToken } = await rooms
      .call('POST', 'auth/login', { body: { email: 'admin@example.org', password: 'an admin password' } })
      .then(({ body }) => body);
    const answer = await fetch(`${rooms.app.url}/api/v1/audit/export`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    return answer.text();
  };
  const check = (ndjson: string, trusted: Trusted = {}) => {
    const verifier = new ChainVerifier(trusted);
    for (const line of ndjson.trim().split('\n')) {
      const item = JSON.parse(line) as { seal: AuditSealRecord } | { entry: AuditRecord };
      if ('seal' in item) verifier.seal(item.seal);
      else verifier.entry(item.entry);
    }
    return verifier.verdict();
  };
  /** Acts as the owner of the tables, who can disable their triggers; restores the rows afterwards. */
  const tamper = async (sql: string, look: () => Promise<void>) => {
    for (const table of TABLES) await query(`CREATE TABLE "${table}_kept" AS TABLE "${table}"`);
    for (const table of TABLES) await query(`ALTER TABLE "${table}" DISABLE TRIGGER USER`);
    try {
      await query(sql);
      await look();
    } finally {
      for (const table of TABLES) {
        await query(`DELETE FROM "${table}"`);
        const override = table === 'audit_entries' ? 'OVERRIDING SYSTEM VALUE' : '';
        await query(`INSERT INTO "${table}" ${override} SELECT * FROM "${table}_kept"`);
        await query(`DROP TABLE "${table}_kept"`);
        await query(`ALTER TABLE "${table}" ENABLE TRIGGER USER`);
      }
    }
  };
  const someEntry = async (): Promise<number> =>
    (await query(`SELECT "id" FROM "audit_entries" WHERE "changes" = '{"number":15}'`))[0].id;

  it('is intact, here and in an export', async () => {
    const verdict = await verify();
    expect(verdict).toMatchObject({ ok: true, firstBroken: null, breach: null });
    expect(verdict.sealedTo).toBeGreaterThanOrEqual(ENTRIES);
    const key = KeyRing.open(rooms.app.config).derive('audit');
    const ndjson = await exported();
    expect(check(ndjson, { key, publicKey, head: verdict.head })).toMatchObject({ ok: true, head: verdict.head });
    expect((await verify()).checked).toBeGreaterThan(verdict.checked);
  });

  it.each([
    'UPDATE "audit_entries" SET "action" = \'x\'',
    'DELETE FROM "audit_entries"',
    'TRUNCATE "audit_entries" CASCADE',
  ])('cannot be changed: %s', async (sql) => {
    for (const table of TABLES) {
      const statement = sql.replace('audit_entries', table).replace('"action" = \'x\'', '"node" = \'x\'');
      await expect(query(statement)).rejects.toThrow('append-only');
    }
  });

  it('cannot be changed by posing as the pruning of old entries', async () => {
    const claim = 'PL/pgSQL function audit_prune(integer) line 1 at SQL statement';
    const attempt = `DO $x$ BEGIN DELETE FROM "audit_entries" /* "\n${claim}*/; END $x$`;
    await expect(query(attempt)).rejects.toThrow('append-only');
    await expect(query('SELECT audit_prune(0)')).rejects.toThrow('at least a day');
    expect(await query('SELECT audit_prune(1) AS "last"')).toEqual([{ last: null }]);
  });

  it.each([
    ['changed', `UPDATE "audit_entries" SET "changes" = '{"number":16}' WHERE "id" = $id`, 0, 'forged'],
    [
      'changed back to front',
      `UPDATE "audit_entries" SET "actor_label" = 'somebody else' WHERE "id" = $id`,
      0,
      'forged',
    ],
    ['deleted', `DELETE FROM "audit_entries" WHERE "id" = $id`, 0, 'missing'],
    [
      'cut off, with its seals',
      `WITH a AS (DELETE FROM "audit_seals" WHERE "from_id" >= $id RETURNING 1) DELETE FROM "audit_entries" WHERE "id" >= $id`,
      0,
      'missing',
    ],
    ['cut off', `DELETE FROM "audit_entries" WHERE "id" > $id`, 1, 'missing'],
    [
      'given a new seal',
      `UPDATE "audit_seals" SET "count" = 3 WHERE $id BETWEEN "from_id" AND "to_id"`,
      undefined,
      'seal',
    ],
    [
      'pruned directly in the database',
      `WITH a AS (UPDATE "audit_seals" SET "pruned_at" = now(), "entries" = '' WHERE "id" = 1 AND $id > 0 RETURNING "to_id") DELETE FROM "audit_entries" WHERE "id" <= (SELECT "to_id" FROM a)`,
      undefined,
      'missing',
    ],
  ])('names the first entry that was %s', async (_what, sql, distance, breach) => {
    const id = await someEntry();
    await tamper(sql.replaceAll('$id', String(id)), async () => {
      const verdict = await verify();
      expect(verdict.ok).toBe(false);
      if (distance !== undefined) expect(verdict.firstBroken).toBe(id + distance);
      else expect(verdict.firstBroken).toBeLessThanOrEqual(id);
      expect(['changed', 'seal', breach]).toContain(verdict.breach);
      // Without a key the chain gives the same result, except for a cut-off end.
      if (!_what.includes('with its seals')) expect(check(await exported()).firstBroken).toBe(verdict.firstBroken);
    });
    expect((await verify()).ok).toBe(true);
  });

  it('names the first entry that was inserted, even after the last seal', async () => {
    const columns = `"at", "actor_kind", "action", "node", "outcome", "mac"`;
    const values = `now(), 'user', 'test.act', 'x', 'success', '\\x00'`;
    const [{ id: gap }] = await query(`SELECT nextval(pg_get_serial_sequence('audit_entries', 'id'))::integer AS id`);
    await rooms.app.app.get(AuditLog).note({ action: 'test.act' });
    await sealing.sealAll();
    const inSealed = `INSERT INTO "audit_entries" ("id", ${columns}) OVERRIDING SYSTEM VALUE VALUES (${gap}, ${values})`;
    await tamper(inSealed, async () => {
      expect(await verify()).toMatchObject({ ok: false, firstBroken: gap });
      expect(check(await exported())).toMatchObject({ firstBroken: gap, breach: 'inserted' });
    });
    const atEnd = `INSERT INTO "audit_entries" (${columns}) VALUES (${values})`;
    await tamper(atEnd, async () => {
      const [{ id }] = await query('SELECT max("id") AS "id" FROM "audit_entries"');
      expect(await verify()).toMatchObject({ ok: false, firstBroken: id, breach: 'forged' });
    });
  });

  it('is pruned by whole seals after the retention, and records that', async () => {
    const kept = await query('SELECT * FROM "audit_seals" ORDER BY "id"');
    await query('ALTER TABLE "audit_seals" DISABLE TRIGGER USER');
    await query(`UPDATE "audit_seals" SET "sealed_at" = now() - interval '3 days' WHERE "id" <= 2`);
    const last = await sealing.prune(2);
    await query('UPDATE "audit_seals" s SET "sealed_at" = $1 WHERE "id" = 1', [kept[0].sealed_at]);
    await query('UPDATE "audit_seals" s SET "sealed_at" = $1 WHERE "id" = 2', [kept[1].sealed_at]);
    await query('ALTER TABLE "audit_seals" ENABLE TRIGGER USER');
    expect(last).toBe(2);
    const [{ first }] = await query('SELECT min("id") AS "first" FROM "audit_entries"');
    expect(first).toBe(kept[2].from_id);
    expect(await verify()).toMatchObject({ ok: true });
    expect(check(await exported(), { publicKey })).toMatchObject({ ok: true });
  });

  it('is checked by a command that needs no server', async () => {
    const file = path.join(folder, 'export.ndjson');
    const ndjson = await exported();
    const lines = ndjson.trim().split('\n');
    await writeFile(file, ndjson);
    const run = (...options: string[]) =>
      promisify(execFile)('node', ['dist/src/cli/audit-verify.js', file, ...options]).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: unknown) => error,
      );
    const secret = path.join(rooms.app.config.storage.dataDir, 'secret-key');
    expect(await run('--secret-key-file', secret)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('intact'),
    });
    const at = lines.findIndex((line) => line.includes('"number":25'));
    await writeFile(file, lines.filter((_line, i) => i !== at).join('\n'));
    const { id } = JSON.parse(lines[at]!).entry;
    expect(await run()).toMatchObject({ code: 1, stdout: expect.stringContaining(`broken from entry ${id} on`) });
  });

  it('draws the id of an entry only in its turn, so that no seal misses it', async () => {
    const { dataSource, app } = rooms.app;
    const lastId = async () => (await query('SELECT "last_value" FROM "audit_entries_id_seq"'))[0].last_value;
    const sealer = dataSource.createQueryRunner();
    await sealer.startTransaction();
    await sealer.query(`SELECT pg_advisory_xact_lock(${WRITERS_LOCK})`);
    const before = await lastId();
    const written = app.get(AuditLog).note({ action: 'test.act' });
    const waiting = `SELECT 1 FROM pg_locks JOIN pg_database d ON d."oid" = "database"
      WHERE "locktype" = 'advisory' AND NOT "granted" AND "datname" = current_database()`;
    await expect.poll(() => query(waiting), { timeout: 10_000 }).toHaveLength(1);
    expect(await lastId()).toBe(before);
    await sealer.commitTransaction();
    await sealer.release();
    await written;
    expect(await lastId()).not.toBe(before);
  });

  it('says only that changes are truncated if they are too long', async () => {
    await rooms.app.app.get(AuditLog).note({ action: 'test.long', changes: { text: 'x'.repeat(16_400) } });
    await rooms.app.app.get(AuditLog).note({ action: 'test.long', changes: { text: 'x'.repeat(16_300) } });
    const [fits, long] = (await rooms.admin('GET', 'audit?action=test.long')).body.items;
    expect([fits.changes.text.length, long.changes]).toEqual([16_300, { truncated: true }]);
    expect(await verify()).toMatchObject({ ok: true });
  });
});
