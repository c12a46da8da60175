// Accounts and conversations for a load driver: an account per connection, and a conversation per group of connections.
// The first account is created the ordinary way; the others, and their logins, are written directly to the database of
// the server's DATA_DIR, since hashing thousands of passwords takes minutes. Needs a build.
// In: BENCH_PORT, BENCH_CONNS, BENCH_GROUP, DATA_DIR, SECRET_KEY. Out: BENCH_DIR/tokens and BENCH_DIR/conversations,
// one line per connection.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

const { BENCH_PORT, BENCH_DIR, DATA_DIR, SECRET_KEY } = process.env;
const connections = Number(process.env.BENCH_CONNS);
const group = Number(process.env.BENCH_GROUP);
const root = process.env.BENCH_REPO || path.resolve(import.meta.dirname, '../..');
/** The database may be left from an earlier measurement. */
const run = Date.now().toString(36);
const from = (file) => import(pathToFileURL(path.join(root, 'dist/src', file)));

async function call(where, body, token) {
  const response = await fetch(`http://127.0.0.1:${BENCH_PORT}/api/v1/${where}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${where}: ${response.status} ${await response.text()}`);
  return response.json();
}

const owner = { email: `owner-${run}@example.org`, password: 'correct horse battery staple' };
await call('accounts', { ...owner, firstName: 'B', lastName: 'E' });
const { accessToken } = await call('auth/login', owner);
const circle = await call('circles', { name: `bench-${run}` }, accessToken);
const conversations = [];
for (let each = 0; each * group < connections; each++) {
  const { id } = await call(`circles/${circle.id}/conversations`, { name: `bench-${each}` }, accessToken);
  conversations.push(id);
}
const ofConnection = Array.from({ length: connections }, (_each, index) => conversations[Math.floor(index / group)]);

const port = readFileSync(path.join(DATA_DIR, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
const password = readFileSync(path.join(DATA_DIR, 'postgres-password'), 'utf8').trim();
const database = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'switchboard' });
await database.connect();
const { rows } = await database.query(
  `WITH made AS (
     INSERT INTO users (email, password_hash, first_name, last_name)
     SELECT 'member-' || number || '-' || $1::text || '@example.org', 'nobody signs in', 'B', 'E'
     FROM generate_series(1, cardinality($3::int[])) AS number
     RETURNING id
   ), people AS (
     SELECT id, row_number() OVER (ORDER BY id) AS number FROM made
   ), joined AS (
     INSERT INTO circle_members (circle_id, user_id, privilege) SELECT $2, id, 'MEMBRE' FROM people RETURNING user_id
   ), linked AS (
     INSERT INTO conversation_links (conversation_id, user_id, member_of, privilege)
     SELECT ($3::int[])[number], id, $2, 'STANDARD' FROM people RETURNING user_id
   ), signed_in AS (
     INSERT INTO logins (user_id, handle_digest, secret_digest, expires_at)
     SELECT id, sha256(convert_to('handle ' || id, 'UTF8')), sha256(convert_to('secret ' || id, 'UTF8')),
       now() + interval '1 day'
     FROM people RETURNING id, user_id
   )
   SELECT people.id AS user_id, signed_in.id AS login_id FROM people JOIN signed_in ON user_id = people.id
   ORDER BY people.number`,
  [run, circle.id, ofConnection],
);
await database.end();

const [{ AccessTokens }, { KeyRing }] = await Promise.all([
  from('modules/auth/logins/access-tokens.service.js'),
  from('config/key-ring.js'),
]);
const tokens = new AccessTokens(new KeyRing(SECRET_KEY), { now: Date.now });
const lines = rows.map((row) => tokens.issue({ kind: 'user', id: row.user_id }, row.login_id));
writeFileSync(path.join(BENCH_DIR, 'tokens'), `${lines.join('\n')}\n`);
writeFileSync(path.join(BENCH_DIR, 'conversations'), `${ofConnection.join('\n')}\n`);
