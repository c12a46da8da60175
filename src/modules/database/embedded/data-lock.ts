import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { BootError } from '../../../common/errors/boot-error.js';

/** A length for paths of Unix sockets that every system accepts, with a margin. */
const MAX_SOCKET_PATH = 90;
const FOLDER = 'lock';

/**
 * The lock on DATA_DIR. The owner listens on a socket in `DATA_DIR/lock`, which the kernel closes however the process
 * ends. So nothing stale can lock anybody out, and no pid is ever trusted.
 *
 * Every owner has a number, one more than the previous owner's: the symbolic link `<number>` points to its socket. Only
 * one process can create a given link. An owner removes the links below its own in ascending order; the highest is
 * never removed. So if a late starter saw owner n dead, and creates link n + 1 after others have come and gone, it
 * finds link n missing and backs off.
 */
export class DataLock {
  private constructor(
    private readonly server: Server,
    private readonly socketFile: string | undefined,
  ) {}

  /**
   * @param takeNumber creates the link of the new owner's number; tests delay it
   * @throws BootError when another process owns the folder
   */
  static async acquire(dataDir: string, takeNumber: typeof symlink = symlink): Promise<DataLock> {
    if (process.platform === 'win32')
      return acquirePipe(await realpath(dataDir), (server) => new DataLock(server, undefined));
    try {
      return await DataLock.#acquireSocket(dataDir, path.join(dataDir, FOLDER), takeNumber);
    } catch (error) {
      if (error instanceof BootError) throw error;
      throw new BootError(`DATA_DIR ${dataDir} cannot be locked: ${(error as Error).message}`, { cause: error });
    }
  }

  static async #acquireSocket(dataDir: string, folder: string, takeNumber: typeof symlink): Promise<DataLock> {
    await makeFolder(dataDir, folder);
    const socket = `s.${process.pid}.${randomBytes(6).toString('hex')}`;
    const server = await listen(folder, socket);
    try {
      while (!(await claimed(dataDir, folder, socket, takeNumber))) continue;
    } catch (error) {
      await release(server, path.join(folder, socket));
      throw error;
    }
    return new DataLock(server, path.join(folder, socket));
  }

  async release(): Promise<void> {
    await release(this.server, this.socketFile);
  }
}

/** Makes one attempt. `false` = another process interfered, look again. */
async function claimed(dataDir: string, folder: string, socket: string, takeNumber: typeof symlink): Promise<boolean> {
  await makeFolder(dataDir, folder);
  const last = Math.max(...(await numbers(folder)));
  const owner = await readlink(link(folder, last)).catch(() => undefined);
  if (owner === undefined) return false;
  if (await listens(folder, owner)) throw taken(dataDir, owner);
  try {
    await takeNumber(socket, link(folder, last + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  if ((await readlink(link(folder, last)).catch(() => undefined)) !== owner) {
    await rm(link(folder, last + 1));
    return false;
  }
  for (const number of (await numbers(folder)).filter((each) => each <= last).sort((a, b) => a - b)) {
    const old = await readlink(link(folder, number)).catch(() => undefined);
    if (old !== undefined) await rm(path.join(folder, old), { force: true });
    await rm(link(folder, number), { force: true });
  }
  return true;
}

/** The folder never exists without a link, so that the numbers cannot start over. */
async function makeFolder(dataDir: string, folder: string): Promise<void> {
  if (existsSync(folder) && (await numbers(folder)).length > 0) return;
  const draft = await mkdtemp(path.join(dataDir, `${FOLDER}.new-`));
  await symlink('nobody', link(draft, 0));
  try {
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function numbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
}

function link(folder: string, number: number): string {
  return path.join(folder, String(number));
}

async function listen(folder: string, name: string): Promise<Server> {
  const server = quietServer();
  try {
    await withShortPath(folder, (short) => {
      return new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        // For everybody who may enter the folder: a start as root must not lock out the folder's ordinary owner for
        // ever.
        server.listen({ path: path.join(short, name), readableAll: true, writableAll: true }, resolve);
      });
    });
  } catch (error) {
    throw new BootError(
      `DATA_DIR cannot be locked: no Unix socket can be made in ${folder} (${(error as Error).message}). ` +
        'Choose a DATA_DIR on a local disk.',
      { cause: error },
    );
  }
  server.unref();
  return server;
}

/**
 * A refused or missing socket has no owner; any other answer, including "busy" and "not permitted", means there is one.
 */
function listens(folder: string, name: string): Promise<boolean> {
  return withShortPath(folder, (short) => {
    return new Promise<boolean>((resolve) => {
      const socket = connect(path.join(short, name));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
      });
    });
  });
}

/**
 * The kernel limits a socket's path to about a hundred characters; deeper folders are reached through a temporary link.
 */
async function withShortPath<T>(folder: string, use: (short: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(folder) + 40 <= MAX_SOCKET_PATH) return use(folder);
  const room = await mkdtemp(path.join(os.tmpdir().length < 40 ? os.tmpdir() : '/tmp', 'switchboard-'));
  try {
    await symlink(path.resolve(folder), path.join(room, 'd'));
    return await use(path.join(room, 'd'));
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

function acquirePipe(dataDir: string, make: (server: Server) => DataLock): Promise<DataLock> {
  const name = createHash('sha256').update(dataDir.toLowerCase()).digest('hex').slice(0, 32);
  const server = quietServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? taken(dataDir, undefined) : error);
    });
    server.listen(`\\\\.\\pipe\\switchboard-${name}`, () => {
      server.unref();
      resolve(make(server));
    });
  });
}

function quietServer(): Server {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.destroy();
  });
  return server;
}

async function release(server: Server, socketFile: string | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  if (socketFile) await rm(socketFile, { force: true });
}

function taken(dataDir: string, socket: string | undefined): BootError {
  const pid = socket?.split('.')[1];
  return new BootError(
    `DATA_DIR ${dataDir} is in use by another running server${pid === undefined ? '' : ` (pid ${pid})`}. ` +
      'Stop that one, or give this one a DATA_DIR of its own.',
  );
}
