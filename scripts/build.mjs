// npm run build: builds dist from the sources. --force does so even if nothing has changed; --only=pages skips the server.
import { BuildError, ensureBuilt } from './build-state.mjs';

try {
  const built = await ensureBuilt({
    force: process.argv.includes('--force'),
    ...(process.argv.includes('--only=pages') && { only: 'pages' }),
  });
  if (!built) process.stderr.write('dist is up to date\n');
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
