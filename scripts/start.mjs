// npm start: builds if needed, then becomes the server. No child process: a signal that npm passes on has to arrive.
import { BuildError, ensureBuilt } from './build-state.mjs';

try {
  await ensureBuilt();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
await import('../dist/src/main.js');
