import { open, readFile, rm } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiOf } from '../support/api.js';
import { cleanUpProcesses, filesOf, type ServerProcess, startProcess } from '../support/process.js';
import { describeWithSmallDisks } from '../support/requires.js';

const ADMIN = { email: 'admin@example.org', password: 'correct horse battery' };
const DISK_BYTES = 150 * 1024 * 1024;
const HEAL = { timeout: 90_000, interval: 500 };

interface Readiness {
  readonly status: string;
  readonly away: string[];
}

describeWithSmallDisks('a server whose disk is full', () => {
  let server: ServerProcess;
  let api: ReturnType<typeof apiOf>;
  let token: string;
  let files: number[];

  beforeAll(async () => {
    server = await startProcess(
      { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, REST_RATE: '0' },
      { diskBytes: DISK_BYTES },
    );
    api = apiOf({ url: await server.url });
    token = (await signIn()).body.accessToken;
    const circle = (await api('POST', 'circles', { token, body: { name: 'c' } })).body.id;
    const conversation = (await api('POST', `circles/${circle}/conversations`, { token, body: { name: 'v' } })).body.id;
    const path = `conversations/${conversation}/messages`;
    const { body } = await api('POST', path, { token, body: { files: ['a', 'b', 'c'] } });
    files = body.media.map(({ id }: { id: number }) => id);
  }, 300_000);
  afterAll(() => cleanUpProcesses());

  const signIn = () => api('POST', 'auth/login', { body: ADMIN });
  const ready = async (): Promise<Readiness> => (await api('GET', '/health/ready')).body;
  const upload = async (id = 0): Promise<{ status: number; code?: string }> => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(300_000)]), 'a.bin');
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${await server.url}/api/v1/media/${id}/content`, {
      method: 'PUT',
      headers,
      body: form,
    });
    return { ...((await answer.json()) as object), status: answer.status };
  };
  const filler = () => `${filesOf(server)}/filler`;
  const free = () => rm(filler());

  /** Fills the disk until not a byte is free. */
  async function fill(): Promise<void> {
    const file = await open(filler(), 'a');
    try {
      for (let bytes = 1 << 20; bytes >= 512;) {
        await file.write(Buffer.alloc(bytes)).catch(() => (bytes >>= 1));
      }
    } finally {
      await file.close();
    }
  }

  /** Starts new segments of the database's log until there is no room for one, which ends the database. */
  async function useUpLog(): Promise<void> {
    const [password, pid] = await Promise.all(
      ['postgres-password', 'postgres/postmaster.pid'].map((name) => readFile(`${filesOf(server)}/${name}`, 'utf8')),
    );
    const port = Number(pid?.split('\n')[3]);
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: password?.trim() ?? '' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      for (let n = 0; n < 20; n++) {
        await client.query(`SELECT pg_logical_emit_message(true, 'test', 'x')`);
        await client.query('SELECT pg_switch_wal()');
      }
    } catch {
      // As intended.
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  it('refuses what needs space, names the disk once, and recovers once there is space again', async () => {
    await fill();
    expect(await upload(files[0])).toMatchObject({ status: 507, code: 'storage_full' });
    const { status, away } = await ready();
    expect(status).toBe('degraded');
    expect(away.some((what) => what === 'database disk' || what === 'media')).toBe(true);
    let refused = await signIn();
    for (let n = 0; n < 200 && refused.status === 200; n++) refused = await signIn();
    expect([refused.status, refused.body.code]).toEqual([503, 'database_full']);
    expect((await ready()).away).toContain('database disk');
    expect(server.output().match(/disk is full/g)).toHaveLength(1);
    await free();
    await expect.poll(async () => (await ready()).status, HEAL).toBe('ok');
    expect((await signIn()).status).toBe(200);
    expect((await upload(files[0])).status).toBe(200);
  }, 240_000);

  it('also names the disk if the database can neither run nor start for lack of space', async () => {
    await fill();
    await useUpLog();
    await server.says('its disk is full (');
    await expect.poll(async () => (await ready()).away, HEAL).toEqual(['database', 'database disk']);
    expect((await signIn()).status).toBe(503);
    expect((await upload(files[1])).status).toBe(503);
    await free();
    await server.says('The embedded database is back');
    await expect.poll(async () => (await ready()).status, HEAL).toBe('ok');
    expect((await signIn()).status).toBe(200);
    expect((await upload(files[1])).status).toBe(200);
    expect(server.output()).not.toContain('"level":"error"');
  }, 240_000);
});
