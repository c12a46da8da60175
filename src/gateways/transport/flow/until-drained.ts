import { type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pauses between two looks, in milliseconds; each is twice the one before. */
const FIRST_PAUSE_MS = 5;
const LAST_PAUSE_MS = 200;

/**
 * Resolves when `isDrained` says that nothing waits for a client any more. Looks ever more seldom, because many clients
 * may read nothing; waits for `stream` where it tells, which it does only above its high-water mark.
 */
export async function untilDrained(isDrained: () => boolean, stream?: Writable): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !isDrained(); pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
    await (stream?.writableNeedDrain === true ? drainOf(stream) : sleep(pause));
  }
}

function drainOf(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
