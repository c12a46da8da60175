import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CommandLineAudit } from '../../src/cli/admin/command-line-audit.js';
import { run } from '../../src/cli/admin/commands.js';
import { readCommand } from '../../src/cli/admin/options.js';
import { loadConfig } from '../../src/config/load-config.js';
import { type AuditLog } from '../../src/modules/audit/audit-log.service.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { CirclesClient } from '../support/circles.js';
import { cleanUpProcesses, startProcess } from '../support/process.js';

describe('npm run admin on a database', () => {
  let server: RunningApp;
  let api: Api;
  let audit: AuditLog;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0' });
    api = apiOf(server);
    audit = await CommandLineAudit.open(server.config, server.dataSource);
  });
  afterAll(() => server.close());

  /** Its standard output. */
  const admin = async (...args: string[]): Promise<string[]> => {
    const { output = [] } = await run(readCommand(args)!, server.dataSource, audit);
    const lines: string[] = [];
    for await (const line of output) lines.push(line);
    return lines;
  };

  it('creates a key that belongs to nobody, lists and deletes it', async () => {
    const [key = ''] = await admin('create-key', 'First', '--scope', 'machine-keys:write', '--scope', 'services:read');
    expect((await api('GET', 'services', { token: key })).status).toBe(200);
    const body = { name: 'Second', scopes: ['services:read'] };
    const second = await api('POST', 'machine-keys', { token: key, body });
    expect([second.status, second.body.createdBy]).toEqual([201, null]);
    const limits = ['--expires', '30', '--network', '192.0.2.0/24'];
    const [far = ''] = await admin('create-key', 'Elsewhere', '--scope', '*:read', ...limits);
    expect((await api('GET', 'services', { token: far })).status).toBe(401);
    const listed = (await admin('keys')).map((line) => line.split('\t'));
    expect(listed.map(([, , name, scopes, networks]) => [name, scopes, networks])).toEqual([
      ['First', 'machine-keys:write,services:read', 'anywhere'],
      ['Second', 'services:read', 'anywhere'],
      ['Elsewhere', '*:read', '192.0.2.0/24'],
    ]);
    expect(listed.flat().join()).not.toContain(key.slice(12));
    await admin('revoke-key', listed[0]![0]!);
    expect((await api('GET', 'services', { token: key })).status).toBe(401);
    await expect(admin('revoke-key', listed[0]![0]!)).rejects.toThrow('There is no machine key');
  });

  it.each([
    [['create-key', 'x'], 'scopes'],
    [['create-key', 'x', '--scope', 'nothing:read'], 'scopes'],
    [['create-key', 'x', '--scope', '*:read', '--network', 'here'], 'allowedNetworks'],
    [['create-key', 'x', '--scope', '*:read', '--expires', '99999'], 'expiresInSeconds'],
    [['reset-admin', 'nobody@example.org'], 'There is no account'],
  ])('refuses %j', async (args, reason) => {
    await expect(admin(...args)).rejects.toThrow(reason);
  });

  it('restores a disabled admin, and closes the old sockets', async () => {
    const lost = await newUser(api, { email: 'lost@example.org' });
    const socket = await (await CirclesClient.open(server.url)).login(lost.accessToken);
    const [password = ''] = await admin('reset-admin', 'LOST@example.org');
    await expect.poll(() => socket.disconnected, { timeout: 5_000 }).toBe('io server disconnect');
    expect((await api('GET', 'auth/me', { token: lost.accessToken })).status).toBe(401);
    const back = await signIn(api, 'lost@example.org', password);
    // The old sockets were closed by a revocation of some seconds, which also applies to the new login.
    await vi.waitFor(async () => {
      expect((await api('GET', 'accounts', { token: back.accessToken })).status).toBe(200);
    });
    const ids = async (...args: string[]) => (await admin('accounts', ...args)).map((line) => line.split('\t')[1]);
    const { user } = await newUser(api);
    expect(await ids()).toEqual([ADMIN.email, 'lost@example.org']);
    expect(await ids('--all')).toContain(user.email);
  });

  it('ends all logins of an account and keeps its password', async () => {
    const { user, password, accessToken } = await newUser(api);
    await admin('revoke-logins', user.email);
    expect((await api('GET', 'auth/me', { token: accessToken })).status).toBe(401);
    expect((await signIn(api, user.email, password)).user.id).toBe(user.id);
  });

  it('leaves entries in the audit log, whose chain stays intact', async () => {
    const { accessToken: token } = await signIn(api, ADMIN.email, ADMIN.password);
    const of = async (action: string) =>
      (await api('GET', `audit?action=${action}&actor=${encodeURIComponent('npm run admin')}`, { token })).body.items;
    const [made] = await of('machine-keys.create');
    expect(made).toMatchObject({ actor: { kind: 'commandLine' }, target: { label: 'Elsewhere' }, address: null });
    expect(await of('machine-keys.delete')).toMatchObject([{ target: { label: 'First' } }]);
    expect(await of('accounts.reset-admin')).toMatchObject([
      { target: { label: 'lost@example.org' }, changes: { role: { before: 'user', after: 'admin' } } },
    ]);
    expect(await of('accounts.end-logins')).toHaveLength(1);
    expect((await api('GET', 'audit/verify', { token })).body).toMatchObject({ ok: true });
  });

  it('does nothing with another key, which would make its entries count as forged', async () => {
    const config = loadConfig({ SECRET_KEY: 'another secret key of more than 32 bytes' });
    await expect(CommandLineAudit.open(config, server.dataSource)).rejects.toThrow('SECRET_KEY');
  });
});

describe('npm run admin as a program', () => {
  afterEach(cleanUpProcesses);

  it('works on the embedded database while the server runs, and afterwards', async () => {
    const server = await startProcess();
    const url = await server.url;
    const admin = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['dist/src/cli/admin.js', ...args], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: server.dataDir },
      });
    const { stdout } = await admin('create-key', 'First', '--scope', '*:read');
    const key = stdout.trim();
    expect(key).toMatch(/^sbk_\w{49}$/);
    expect((await apiOf({ url })('GET', 'services', { token: key })).status).toBe(200);
    server.kill('SIGTERM');
    expect((await server.exited).code).toBe(0);
    expect((await admin('keys')).stdout).toContain(`${key.slice(0, 12)}\tFirst\t*:read`);
    await expect(admin('revoke-key', '9')).rejects.toMatchObject({ code: 1, stderr: 'There is no machine key 9\n' });
  }, 300_000);
});
