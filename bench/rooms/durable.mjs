// Publishing into durable rooms against one-row-per-transaction inserts into the same table, measured in turns.
// node bench/rooms/durable.mjs [seconds per turn] [turns] [messages a second, only that]; needs a build. Prints lines of JSON; ../README.md explains them.
import { WebSocket } from 'ws';
import { atRate, closedLoop, compare, mark, oneByOne, openLoop, withServer, WRITERS } from '../durable.mjs';

const SECONDS = Number(process.argv[2] ?? 4);
const TURNS = Number(process.argv[3] ?? 3);
const RATE = Number(process.argv[4] ?? 0);
const textOf = (due) => JSON.stringify({ t: mark(due), p: 'y'.repeat(60) });
const text = textOf();
const DIGEST = Buffer.alloc(32);

async function call(url, where, body) {
  const response = await fetch(`${url}/api/v1/rooms${where}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${where}: ${response.status}`);
  return response.json();
}

/** `acks`: with an id per message, which the database stores as well. */
async function writer(url, code, acks) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/endpoint/${code}/${acks ? '?acks=1' : ''}`, {
    perMessageDeflate: false,
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const id = `,"id":"${process.hrtime.bigint()}-`;
  let next = 0;
  return {
    say: (due) => socket.send(`{"message":${due === undefined ? text : textOf(due)}${acks ? `${id}${next++}"` : ''}}`),
    listen: (heard) =>
      socket.on('message', (data) => {
        const start = data.toString('latin1', 0, 8);
        if (start === '{"error"') heard(new Error(data.toString()));
        // If no answer was requested, the arrival of its own message shows that it was stored.
        else if (!acks || start.startsWith('{"ack"')) heard();
      }),
    close: () => socket.close(),
  };
}

await withServer({ KEYLESS_APPLICATION: 'bench' }, async ({ url, pool, cpu }) => {
  const codes = [];
  for (let i = 0; i < WRITERS; i++) {
    await call(url, '', { name: `r${i}`, durable: true });
    codes.push((await call(url, `/r${i}/endpoints`, { permissions: 'readwrite' })).code);
  }
  const writers = (acks, count = WRITERS) => Promise.all(codes.slice(0, count).map((code) => writer(url, code, acks)));

  let offset = 0;
  // Rooms without members: the same table, with the same constraints.
  const plain = (i) =>
    pool.query(
      'INSERT INTO room_messages (room_id, "offset", sent_at, identity, message) VALUES ($1, $2, now(), $3, $4)',
      [1_000_000 + i, offset++, 'Anonymous', text],
    );
  await pool.query(
    `CREATE TABLE bench_heads (room_id integer PRIMARY KEY, last_offset bigint NOT NULL) WITH (fillfactor = 50)`,
  );
  await pool.query('INSERT INTO bench_heads SELECT 2000000 + n, 0 FROM generate_series(0, $1::integer - 1) n', [
    WRITERS,
  ]);
  // With the offset, which a durable room promises.
  const numbered = (i) =>
    pool.query(
      `WITH head AS (UPDATE bench_heads SET last_offset = last_offset + 1 WHERE room_id = $1 RETURNING last_offset)
       INSERT INTO room_messages (room_id, "offset", sent_at, identity, message)
       SELECT $1, last_offset, now(), $2, $3 FROM head`,
      [2_000_000 + i, 'Anonymous', text],
    );
  // With the id that `acked` promises to recognize for a day.
  let key = 0;
  const keyed = (i) =>
    pool.query(
      `WITH fresh AS (
         INSERT INTO room_message_keys (room_id, scope, key, digest, expires_at)
         VALUES ($1, $1, $5, $6, now() + interval '1 day') ON CONFLICT DO NOTHING RETURNING room_id
       )
       INSERT INTO room_messages (room_id, "offset", sent_at, identity, message)
       SELECT $1, $2, now(), $3, $4 FROM fresh`,
      [3_000_000 + i, offset++, 'Anonymous', text, Buffer.from(`${process.hrtime.bigint()}-${key++}`), DIGEST],
    );
  await pool.query(`CREATE TABLE bench_bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room_id integer NOT NULL,
    sent_at timestamptz NOT NULL, identity varchar(100) NOT NULL, message text NOT NULL)`);
  const bare = (i) =>
    pool.query('INSERT INTO bench_bare (room_id, sent_at, identity, message) VALUES ($1, now(), $2, $3)', [
      i,
      'Anonymous',
      text,
    ]);

  if (RATE > 0) {
    return atRate(SECONDS, TURNS, RATE, { durable: () => writers(false), acked: () => writers(true) }, cpu);
  }
  const rates = await compare(
    TURNS,
    {
      plain: () => oneByOne(SECONDS, plain),
      durable: async () => closedLoop(SECONDS, await writers(false)),
      acked: async () => closedLoop(SECONDS, await writers(true)),
      numbered: () => oneByOne(SECONDS, numbered),
      keyed: () => oneByOne(SECONDS, keyed),
      bare: () => oneByOne(SECONDS, bare),
    },
    cpu,
  );
  for (const acks of [false, true]) {
    const rate = Math.round(rates[acks ? 'acked' : 'durable'] / 2);
    console.log(
      JSON.stringify({
        way: `${acks ? 'acked' : 'durable'} at half`,
        ...(await openLoop(SECONDS, await writers(acks), rate)),
      }),
    );
  }
  console.log(JSON.stringify({ way: 'one in flight', ...(await closedLoop(SECONDS, await writers(false, 1), 1)) }));
});
