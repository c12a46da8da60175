import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { type RunningApp, startApp } from '../support/app.js';

const SCRIPT = path.resolve(import.meta.dirname, '../../scripts/healthcheck.mjs');

/** @returns the exit code of the check in the environment of a server */
function check(env: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT], { env }, (error) => {
      resolve(error === null ? 0 : Number(error.code));
    });
  });
}

describe("the container's health check", () => {
  let server: RunningApp | undefined;
  /** The environment of the container. */
  const start = async (env: Record<string, string>): Promise<Record<string, string>> => {
    server = await startApp(env);
    return { ...env, PORT: new URL(server.url).port };
  };
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it('passes while the server accepts traffic', async () => {
    expect(await check(await start({}))).toBe(0);
  });

  it('passes if the server only accepts certain hosts', async () => {
    expect(await check(await start({ ALLOWED_HOSTS: 'a.example, b.example' }))).toBe(0);
    await server?.close();
    const production = { NODE_ENV: 'production', SECRET_KEY: 'k'.repeat(32), PUBLIC_URL: 'https://c.example' };
    expect(await check(await start(production))).toBe(0);
  });

  it('fails while the server refuses traffic, or is not there', async () => {
    const env = await start({});
    void server?.app.get(Lifecycle).drain();
    expect(await check(env)).toBe(1);
    await server?.close();
    server = undefined;
    expect(await check(env)).toBe(1);
  });
});
