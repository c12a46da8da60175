// The server as the benches run it: from dist, on its own port and in its own folder, without rate limits.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Resolves once it listens. The caller must end `child`.
 * @param {string[]} program Node, its options, and what it runs beneath
 */
export async function startServer(folder, port, env = {}, onSpawn = () => undefined, program = [process.execPath]) {
  const [file, ...args] = program;
  const child = spawn(file, [...args, path.join(ROOT, 'dist/src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      HOST: '127.0.0.1',
      PORT: `${port}`,
      DATA_DIR: folder,
      KEYLESS_APPLICATION: 'bench',
      REST_RATE: '0',
      INBOUND_RATE: '0',
      SECRET_KEY: 'for this run only, and long enough',
      LOG_LEVEL: 'info',
      ...env,
    },
  });
  onSpawn(child);
  let text = '';
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      if (text.includes('Listening on ')) return;
      text += chunk;
      if (text.includes('Listening on ')) resolve();
    });
    child.once('exit', () => reject(new Error(`it ended before it listened: ${text}`)));
  });
  return { child, port, url: `http://127.0.0.1:${port}` };
}
