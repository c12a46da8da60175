import { setTimeout as sleep } from 'node:timers/promises';
import { type DisconnectReason } from '../../../modules/realtime/disconnect-reason.js';
import { type Principal } from '../../../modules/realtime/principal.js';

interface Drainable {
  readonly principal?: Principal | null;
  close(reason: DisconnectReason): void;
  terminate(): void;
}

/** Mean time between two batches of closes. */
const STEP_MS = 50;
/** The lowest rate of closing: few sockets need no pacing. */
const MIN_PER_SECOND = 500;
/** The smallest batch. */
const FEW = (MIN_PER_SECOND * STEP_MS) / 1_000;
/**
 * Share of the time during which nobody is closed, so that load balancers notice the failing readiness and closed
 * clients do not come back here.
 */
const HEAD_START_SHARE = 0.1;
/** Share of the time that the closes are spread over; the rest is for closing handshakes. */
const PACED_SHARE = 0.7;

/**
 * Closes all connections, spread over `durationMs` so that they do not all reach the other nodes at once, and cuts off
 * those that are still open afterwards. The order is random, so that neither a whole room nor all clients of a load
 * balancer leave at the same moment; the intervals are random, so that draining nodes do not fall into step.
 * Connections whose principal says `goesLast` go last. Stops when `undone` is aborted.
 */
export async function pacedDrain<T extends Drainable>(
  connections: Iterable<T> & { readonly size: number },
  durationMs: number,
  reason: DisconnectReason,
  undone: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + durationMs;
  if (connections.size > FEW) await sleep(durationMs * HEAD_START_SHARE);
  const all = shuffled(connections).sort((a, b) => Number(goesLast(a)) - Number(goesLast(b)));
  const windowMs = Math.min(durationMs * PACED_SHARE, (all.length / MIN_PER_SECOND) * 1_000);
  const start = performance.now();
  for (let closed = 0; closed < all.length && !undone.aborted;) {
    // Measured by the clock, so that late steps on a busy machine do not prolong the drain.
    const share = windowMs > 0 ? (performance.now() - start + STEP_MS) / windowMs : 1;
    const due = Math.min(all.length, Math.max(Math.ceil(all.length * share), FEW));
    for (const connection of all.slice(closed, due)) connection.close(reason);
    closed = Math.max(closed, due);
    if (closed < all.length) await sleep(STEP_MS * (0.5 + Math.random()));
  }
  while (connections.size > 0 && performance.now() < deadline && !undone.aborted) await sleep(STEP_MS);
  if (undone.aborted) return;
  for (const connection of [...connections]) connection.terminate();
}

function shuffled<T>(items: Iterable<T>): T[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [all[last], all[other]] = [all[other] as T, all[last] as T];
  }
  return all;
}

const goesLast = ({ principal }: Drainable): boolean => principal?.goesLast === true;
