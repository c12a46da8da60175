// npm start: builds if needed, then becomes the server. Not as a child process: signals passed on by npm have to arrive.
import { BuildError, ensureBuilt } from './build-state.mjs';

try {
  await ensureBuilt();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
await import('../dist/src/main.js');
