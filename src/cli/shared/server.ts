import { Switchboard, SwitchboardProblem, type SwitchboardOptions, UnexpectedAnswer } from '@switchboard/client/rest';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../config/load-config.js';
import { CliError } from './cli-error.js';

/** Milliseconds. */
const PATIENCE = 10_000;
const MOST_TRIES = 30;

/** REST v1 of a running server. Waits whenever the server asks for it; calls throw CliError when no server answers. */
export const serverAt = (url: string, credential: Pick<SwitchboardOptions, 'apiKey' | 'token'> = {}): Switchboard =>
  new Switchboard({ url, ...credential, fetch: patient(url), retry: { attempts: 1 } });

/** Unlike the client's own retries, also repeats requests that are not idempotent: a 429 has done nothing. */
function patient(url: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    for (let tries = 1; ; tries++) {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE)]);
      const response = await fetch(request.clone(), { signal }).catch((cause: unknown) => {
        throw new CliError(`No server answers at ${url}. Start one with npm start, or pass --url.`, { cause });
      });
      if (response.status !== 429 || tries === MOST_TRIES) return response;
      await response.body?.cancel();
      await sleep(Math.min(10, Number(response.headers.get('retry-after')) || 1) * 1_000);
    }
  };
}

/**
 * The server as its first admin: ADMIN_EMAIL with ADMIN_PASSWORD, or with the generated password in DATA_DIR.
 * @throws CliError when there is no password
 */
export async function asFirstAdmin(url: string): Promise<Switchboard> {
  const { accounts, storage } = loadConfig();
  const file = path.join(storage.dataDir, 'admin-password');
  const password = accounts.adminPassword ?? (await readFile(file, 'utf8').catch(() => undefined))?.trim();
  if (password === undefined) throw new CliError(`Pass --key: ADMIN_PASSWORD is not set, and ${file} does not exist.`);
  const server = serverAt(url);
  await server.signIn({ email: accounts.adminEmail, password });
  return server;
}

/** Whether a server gives access to rooms with this credential, or without one. @throws any other SwitchboardProblem */
export async function letsIn(server: Switchboard): Promise<boolean> {
  try {
    await server.rooms.list({ query: { limit: 1 } });
    return true;
  } catch (error) {
    if (isRefusal(error, 401) || isRefusal(error, 403)) return false;
    throw error;
  }
}

export const isRefusal = (error: unknown, status: number): boolean =>
  error instanceof SwitchboardProblem && error.status === status;

/** What to tell the person about an error that is not a fault of the program. */
export function plainText(error: unknown): string | undefined {
  if (error instanceof CliError) return error.message;
  if (error instanceof SwitchboardProblem) return `The server answered ${error.status}: ${error.message}`;
  return error instanceof UnexpectedAnswer ? error.message : undefined;
}
