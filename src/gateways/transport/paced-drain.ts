import { setTimeout as sleep } from 'node:timers/promises';
import { type DisconnectReason } from '../../modules/realtime/disconnect-reason.js';

interface Drainable {
  close(reason: DisconnectReason): void;
  terminate(): void;
}

const STEP_MS = 50;
/** So many a second go at least: few sockets need no pacing. */
const MIN_PER_SECOND = 500;
/** The last part of the time is for closing handshakes. */
const PACED_SHARE = 0.7;

/**
 * Closes all connections, spread over `durationMs` so that they don't come back to the other nodes all at once; ends
 * those that are still there afterwards.
 */
export async function pacedDrain<T extends Drainable>(
  connections: Iterable<T> & { readonly size: number },
  durationMs: number,
  reason: DisconnectReason,
): Promise<void> {
  const deadline = Date.now() + durationMs;
  const all = [...connections];
  const steps = Math.max(1, Math.floor((durationMs * PACED_SHARE) / STEP_MS));
  const perStep = Math.max(Math.ceil(all.length / steps), (MIN_PER_SECOND * STEP_MS) / 1_000);
  for (let from = 0; from < all.length; from += perStep) {
    for (const connection of all.slice(from, from + perStep)) connection.close(reason);
    if (from + perStep < all.length) await sleep(STEP_MS);
  }
  while (connections.size > 0 && Date.now() < deadline) await sleep(STEP_MS);
  for (const connection of [...connections]) connection.terminate();
}
