import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../config/load-config.js';

/** Milliseconds. */
const PATIENCE = 10_000;
const MOST_TRIES = 30;

/** Something the person who runs a command can do something about. */
export class CliError extends Error {}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** REST v1 of a running server, with what it takes to be let in. */
export class RestApi {
  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  as(headers: Readonly<Record<string, string>>): RestApi {
    return new RestApi(this.url, headers);
  }

  /** The same rights on another node. */
  on(url: string): RestApi {
    return new RestApi(url, this.headers);
  }

  /** Waits as often as the server asks for it. @throws CliError when no server answers */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const response = await this.send(method, path, body);
      if (response.status !== 429 || tries === MOST_TRIES) {
        return { status: response.status, body: await response.json().catch(() => undefined) };
      }
      await response.body?.cancel();
      await sleep(Math.min(10, Number(response.headers.get('retry-after')) || 1) * 1_000);
    }
  }

  /** The body of an answer that must be of one of these statuses. @throws CliError when it is of another */
  async expect<T>(statuses: readonly number[], method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (statuses.includes(answer.status)) return answer.body as T;
    const { detail } = (answer.body ?? {}) as { detail?: string };
    throw new CliError(`${method} ${path} answered ${answer.status}: ${detail ?? 'no reason given'}`);
  }

  private async send(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(`${this.url}/api/v1/${path}`, {
        method,
        headers: { ...this.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch (error) {
      throw new CliError(`No server answers at ${this.url}; start one with npm start, or say --url.`, { cause: error });
    }
  }
}

/**
 * `server` as its first admin: ADMIN_EMAIL with ADMIN_PASSWORD, or with the generated password in DATA_DIR.
 * @throws CliError when there is no password, or it is not the right one
 */
export async function asFirstAdmin(server: RestApi): Promise<RestApi> {
  const { accounts, storage } = loadConfig();
  const file = path.join(storage.dataDir, 'admin-password');
  const password = accounts.adminPassword ?? (await readFile(file, 'utf8').catch(() => undefined))?.trim();
  if (password === undefined) throw new CliError(`Say --key: neither ADMIN_PASSWORD is set nor is there ${file}.`);
  const credentials = { email: accounts.adminEmail, password };
  const { accessToken } = await server.expect<{ accessToken: string }>([200], 'POST', 'auth/login', credentials);
  return server.as({ Authorization: `Bearer ${accessToken}` });
}
