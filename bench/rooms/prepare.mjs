// Rooms and endpoint codes for a load driver, one code per connection, on a server with KEYLESS_APPLICATION.
// In: BENCH_PORT, BENCH_CONNS, BENCH_GROUP, BENCH_SHAPE (room | relay), BENCH_DURABLE=1. Out: BENCH_DIR/codes.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

const { BENCH_PORT, BENCH_DIR, BENCH_SHAPE, BENCH_DURABLE } = process.env;
const connections = Number(process.env.BENCH_CONNS);
const group = Number(process.env.BENCH_GROUP);
const durable = BENCH_DURABLE === '1';
const WORKERS = 16;
/** The database may be left from an earlier measurement. */
const run = Date.now().toString(36);

/** Under valgrind, on a busy machine, the database may seem to be unreachable. */
const TRIES = 20;

async function call(where, body, tries = TRIES) {
  const response = await fetch(`http://127.0.0.1:${BENCH_PORT}/api/v1/rooms${where}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status === 503 && tries > 1) {
    await setTimeout(500);
    return call(where, body, tries - 1);
  }
  if (!response.ok) throw new Error(`POST ${where}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Runs `work(0 … count - 1)`, several at a time. */
async function each(count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

const codes = new Array(connections);
await each(Math.ceil(connections / group), (room) => call('', { name: `bench-${run}-${room}`, durable }));
await each(connections, async (index) => {
  // Pairs: the first member only writes, the second only reads.
  const permissions = BENCH_SHAPE === 'relay' ? (index % group === 0 ? 'write' : 'read') : 'readwrite';
  const room = Math.floor(index / group);
  codes[index] = (await call(`/bench-${run}-${room}/endpoints`, { permissions, identity: `c${index}` })).code;
});
writeFileSync(path.join(BENCH_DIR, 'codes'), `${codes.join('\n')}\n`);
