// Messages of conversations against one-row-per-transaction inserts into the same table, measured in turns.
// node bench/circles/durable.mjs [seconds per turn] [turns] [messages a second, only that]; needs a build. Prints lines of JSON; ../README.md explains them.
import { WebSocket } from 'ws';
import { atRate, closedLoop, compare, mark, oneByOne, openLoop, withServer, WRITERS } from '../durable.mjs';

const SECONDS = Number(process.argv[2] ?? 4);
const TURNS = Number(process.argv[3] ?? 3);
const RATE = Number(process.argv[4] ?? 0);
const textOf = (due) => `${mark(due)} ${'y'.repeat(60)}`;
const text = textOf();

async function call(url, where, body, token) {
  const response = await fetch(`${url}/api/v1/${where}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${where}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A socket that speaks Engine.IO, Socket.IO and `authenticate`. */
async function writer(url, token, conversation) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
  });
  let hear = () => undefined;
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data) => {
      const packet = data.toString('latin1', 0, 200);
      if (packet.includes('authenticated')) resolve();
      else if (packet.startsWith('42["success"')) hear();
      else if (packet.startsWith('42["error"')) hear(new Error(data.toString()));
      else if (packet.startsWith('40')) socket.send(`42${JSON.stringify(['authenticate', { token }])}`);
      else if (packet.startsWith('0')) socket.send('40');
      else if (packet === '2') socket.send('3');
    });
  });
  const packetOf = (content) =>
    `42${JSON.stringify(['message', { conversation_id: conversation, text_message: content }])}`;
  const packet = packetOf(text);
  return {
    say: (due) => socket.send(due === undefined ? packet : packetOf(textOf(due))),
    listen: (heard) => (hear = heard),
    close: () => socket.close(),
  };
}

await withServer({}, async ({ url, pool, cpu }) => {
  const [email, password] = ['bench@example.org', 'correct horse battery staple'];
  await call(url, 'accounts', { email, password, firstName: 'B', lastName: 'E' });
  const { accessToken: token } = await call(url, 'auth/login', { email, password });
  const circle = await call(url, 'circles', { name: 'bench' }, token);
  const make = async (name) => (await call(url, `circles/${circle.id}/conversations`, { name }, token)).id;
  const conversations = [];
  const quiet = [];
  for (let i = 0; i < WRITERS; i++) {
    conversations.push(await make(`c${i}`));
    quiet.push(await make(`q${i}`));
  }
  const links = await pool.query('SELECT conversation_id, id FROM conversation_links');
  const linkOf = new Map(links.rows.map(({ conversation_id, id }) => [conversation_id, id]));
  const writers = (same = false) =>
    Promise.all(conversations.map((id) => writer(url, token, same ? conversations[0] : id)));

  // The same table, with all its constraints and indexes, and conversations that nobody is in.
  const plain = (i) =>
    pool.query(
      'INSERT INTO conversation_messages (conversation_id, author_id, content, sent_at) VALUES ($1, $2, $3, now())',
      [quiet[i], linkOf.get(quiet[i]), text],
    );
  // Also updates the head of the conversation, as unread counts and recovery need it.
  const headed = (i) =>
    pool.query(
      `WITH message AS (
         INSERT INTO conversation_messages (conversation_id, author_id, content, sent_at) VALUES ($1, $2, $3, now()) RETURNING id
       ) UPDATE conversations SET last_message_id = (SELECT id FROM message) WHERE id = $1`,
      [quiet[i], linkOf.get(quiet[i]), text],
    );
  await pool.query(`CREATE TABLE bench_bare (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, conversation_id integer NOT NULL,
    author_id integer NOT NULL, content text NOT NULL, sent_at timestamptz NOT NULL)`);
  const bare = (i) =>
    pool.query('INSERT INTO bench_bare (conversation_id, author_id, content, sent_at) VALUES ($1, $2, $3, now())', [
      i,
      i,
      text,
    ]);

  if (RATE > 0) {
    return atRate(SECONDS, TURNS, RATE, { manyConversations: writers, oneConversation: () => writers(true) }, cpu);
  }
  const rates = await compare(
    TURNS,
    {
      plain: () => oneByOne(SECONDS, plain),
      manyConversations: async () => closedLoop(SECONDS, await writers()),
      oneConversation: async () => closedLoop(SECONDS, await writers(true)),
      headed: () => oneByOne(SECONDS, headed),
      bare: () => oneByOne(SECONDS, bare),
    },
    cpu,
  );
  const half = Math.round(rates.manyConversations / 2);
  console.log(
    JSON.stringify({ way: 'manyConversations at half', ...(await openLoop(SECONDS, await writers(), half)) }),
  );
  const [first] = await writers();
  console.log(JSON.stringify({ way: 'one in flight', ...(await closedLoop(SECONDS, [first], 1)) }));
});
