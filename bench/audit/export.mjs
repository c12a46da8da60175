// How long an export of the audit log takes, how much memory it needs, and how long others have to wait meanwhile.
// node bench/audit/export.mjs [entries]
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson, macOf } from '../../dist/src/common/audit/audit-record.js';
import { KeyRing } from '../../dist/src/config/key-ring.js';
import { AUDIT_KEY } from '../../dist/src/modules/audit/audit-keys.js';
import { residentBytes } from '../cpu-time.mjs';
import { withServer } from '../durable.mjs';

const [wanted = 200_000] = process.argv.slice(2).map(Number);
const AT_ONCE = 5_000;
const ADMIN = { email: 'bench@example.org', password: 'for this run only' };
const SECRET_KEY = 'the secret key of a bench, which guards nothing';
const env = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, SECRET_KEY };
const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-export-'));
const [file, keyFile] = ['audit.ndjson', 'secret-key'].map((name) => path.join(folder, name));
const MB = 2 ** 20;

try {
  await withServer(env, async ({ url, pid, pool, cpu }) => {
    const login = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    const headers = { authorization: `Bearer ${(await login.json()).accessToken}` };
    await fill(pool);
    await sealed(pool);
    // The database does this by itself some minutes later.
    await pool.query('ANALYZE "audit_entries", "audit_personal"');
    const probe = async () => {
      const began = performance.now();
      await (await fetch(`${url}/api/v1/services`, { headers })).text();
      return performance.now() - began;
    };
    await probed(probe, sleep(2_000));
    const before = { latency: await probed(probe, sleep(5_000)), memory: residentBytes(pid), cpu: cpu() };
    const began = performance.now();
    let most = before.memory;
    const sampling = setInterval(() => (most = Math.max(most, residentBytes(pid))), 50);
    const answer = await fetch(`${url}/api/v1/audit/export`, { headers });
    const during = await probed(probe, pipeline(Readable.fromWeb(answer.body), createWriteStream(file)));
    clearInterval(sampling);
    const seconds = (performance.now() - began) / 1_000;
    const used = cpu();
    say(`${wanted} entries, ${(statSync(file).size / MB).toFixed(0)} MB, in ${seconds.toFixed(1)} s`);
    for (const part of ['server', 'database'])
      say(`CPU of the ${part}: ${(used[part] - before.cpu[part]).toFixed(1)} s`);
    say(`memory of the server: ${(before.memory / MB).toFixed(0)} MB before, ${(most / MB).toFixed(0)} MB at most`);
    say(`another request meanwhile: ${during}; before: ${before.latency}`);
  });
  writeFileSync(keyFile, SECRET_KEY);
  const verify = path.join(import.meta.dirname, '../../dist/src/cli/audit-verify.js');
  say(execFileSync(process.execPath, [verify, file, '--secret-key-file', keyFile], { encoding: 'utf8' }).trim());
} finally {
  rmSync(folder, { recursive: true });
}

/** Writes entries as the server does. */
async function fill(pool) {
  const key = new KeyRing(SECRET_KEY).derive(AUDIT_KEY);
  const from = Date.now() - wanted;
  for (let done = 0; done < wanted; done += AT_ONCE) {
    const rows = Array.from({ length: Math.min(AT_ONCE, wanted - done) }, (_, i) => {
      const title = { before: `Planetarium ${done + i}`, after: `Planetarium ${done + i + 1}` };
      const content = {
        at: new Date(from + done + i).toISOString(),
        actor: { kind: 'user', id: '1', label: 'hmac:0123456789abcdef0123456789abcdef' },
        action: 'services.update',
        target: { kind: 'service', id: String((done + i) % 500), label: title.after },
        address: 'hmac:0123456789abcdef0123456789abcdef',
        userAgent: 'hmac:0123456789abcdef0123456789abcdef',
        node: '5f8d3c529a3e4b7e',
        requestId: crypto.randomUUID(),
        outcome: 'success',
        count: 1,
        changes: { title },
      };
      return { ...content, changed: canonicalJson(content.changes), mac: macOf(content, key) };
    });
    await pool.query(
      `WITH "entry" AS (
         INSERT INTO "audit_entries" ("at", "actor_kind", "actor_id", "actor_label", "action", "target_kind", "target_id",
           "target_label", "address", "user_agent", "node", "request_id", "outcome", "count", "changes", "mac")
         SELECT (r->>'at')::timestamptz, r->'actor'->>'kind', r->'actor'->>'id', r->'actor'->>'label', r->>'action',
           r->'target'->>'kind', r->'target'->>'id', r->'target'->>'label', r->>'address', r->>'userAgent', r->>'node',
           r->>'requestId', r->>'outcome', (r->>'count')::integer, r->>'changed', decode(r->>'mac', 'hex')
         FROM jsonb_array_elements($1::jsonb) AS r RETURNING "id")
       INSERT INTO "audit_personal" ("entry_id", "user_id", "actor_label", "address", "user_agent")
       SELECT "id", 1, '${ADMIN.email}', '127.0.0.1', 'node' FROM "entry"`,
      [JSON.stringify(rows)],
    );
  }
}

async function sealed(pool) {
  const waiting = `SELECT count(*)::integer AS n FROM audit_entries WHERE id > (SELECT coalesce(max(to_id), 0) FROM audit_seals)`;
  while ((await pool.query(waiting)).rows[0].n >= 1_000) await sleep(500);
}

/** Probes ten times a second until `work` is done. */
async function probed(probe, work) {
  const took = [];
  let isDone = false;
  const done = Promise.resolve(work).finally(() => (isDone = true));
  while (!isDone) {
    took.push(await probe());
    await sleep(100);
  }
  await done;
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(0);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms of ${took.length}`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
