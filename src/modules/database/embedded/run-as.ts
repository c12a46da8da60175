import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { BootError } from '../../../common/errors/boot-error.js';
import { USE_DATABASE_URL } from './postgres-binaries.js';

/** Nothing in this process's environment may change how the database behaves (PGPORT, LC_ALL, TZ …). */
export const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** How to run PostgreSQL's programs, which refuse to run as root and need a user that the system knows. */
export interface RunAs {
  /** Prefixed to the program. */
  readonly wrapper: readonly string[];
  /** Owner that the data files must have, as this process sees it; `undefined` = this process's user. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PLAIN: RunAs = { wrapper: [], owner: undefined };

/**
 * Chooses how: ordinary users run the programs as they are. Root keeps its files and maps itself to an ordinary user
 * inside a user namespace, which works in folders that nobody else may enter; where namespaces are not allowed, it
 * becomes `nobody`.
 */
export async function chooseRunAs(program: string): Promise<RunAs> {
  const me = process.getuid?.();
  if (me === undefined || (me !== 0 && knowsMe())) return PLAIN;
  const accounts = (await readAccounts()).filter(({ uid }) => uid !== 0);
  const nobody = accounts.find(({ name }) => name === 'nobody') ?? accounts[0];
  if (nobody) {
    const wrapper = ['unshare', '--user', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`];
    if (await runs([...wrapper, program, '--version'])) {
      return { wrapper, owner: { uid: me, gid: process.getgid?.() ?? me } };
    }
    if (me === 0) return { wrapper: [], owner: nobody };
  }
  throw new BootError(
    `The embedded database cannot run as this user (uid ${me}): it has no entry in /etc/passwd, or user namespaces ` +
      `and the user «nobody» are missing. Run as an ordinary user. ${USE_DATABASE_URL}`,
  );
}

function knowsMe(): boolean {
  try {
    return os.userInfo().username !== '';
  } catch {
    return false;
  }
}

async function readAccounts(): Promise<Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name, , uid, gid]) => name && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? ''))
    .map(([name, , uid, gid]) => ({ name: name as string, uid: Number(uid), gid: Number(gid) }));
}

function runs([file, ...args]: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(file as string, args, { timeout: 10_000, env: ENVIRONMENT }, (error) => {
      resolve(error === null);
    });
  });
}
