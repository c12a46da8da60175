import { type Api, type ApiAnswer, type Session, signIn } from './api.js';
import { type RunningApp } from './app.js';

/** One person's data: each of these texts occurs nowhere else. */
export const PERSON = {
  email: 'pilar.quintanilla@person.example',
  firstName: 'Pilarica',
  lastName: 'Quintanilla',
  birthday: '1971-03-29',
  address: '203.0.113.77',
  userAgent: 'PilarsPhone/7.1',
  peer: 'Pilar at the window',
  subject: 'pq-71-at-the-provider',
  told: 'the only thing that Pilar told somebody else',
  alone: 'what Pilar wrote for herself',
  reason: 'Pilar shouts',
} as const;

const PASSWORD = 'a password of Pilar';

export interface AccountScene {
  readonly person: Session;
  readonly friend: Session;
  readonly circle: number;
  readonly shared: number;
  /** Secrets that were shown only once. */
  readonly secrets: readonly string[];
  as(who: Session, method: string, path: string, body?: unknown): Promise<ApiAnswer>;
}

/** An account with something in every table that refers to accounts. Needs `TRUSTED_PROXIES` and an admin. */
export async function accountScene(server: RunningApp, api: Api, admin: Session): Promise<AccountScene> {
  const from = { 'x-forwarded-for': PERSON.address, 'user-agent': PERSON.userAgent };
  const as = async (who: Session, method: string, path: string, body?: unknown): Promise<ApiAnswer> => {
    const mine = who.user.email === PERSON.email ? from : {};
    return api(method, path, { token: who.accessToken, body, headers: mine });
  };
  const made = async (answer: Promise<ApiAnswer>) => {
    const { status, body } = await answer;
    if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const { email, firstName, lastName, birthday } = PERSON;
  const body = { email, password: PASSWORD, firstName, lastName: 'Before', birthday };
  // Somebody tries to sign in before the account exists, and later with a wrong password.
  await api('POST', 'auth/login', { body: { email, password: 'guess' } });
  await made(api('POST', 'accounts', { body, headers: from }));
  await api('POST', 'auth/login', { body: { email, password: 'guess' }, headers: from });
  const login = await made(api('POST', 'auth/login', { body: { email, password: PASSWORD }, headers: from }));
  const person = login as Session;
  await made(as(person, 'PATCH', 'accounts/me', { lastName }));
  await made(as(admin, 'PATCH', `accounts/${person.user.id}`, { role: 'admin' }));
  const key = await made(as(person, 'POST', 'machine-keys', { name: 'Robot', scopes: ['services:read'] }));
  const token = await made(as(person, 'POST', 'lobby/tokens', { name: PERSON.peer }));
  // Refused; the entry in the audit log names the person.
  await as(person, 'GET', 'accounts/999999');
  await made(as(admin, 'PATCH', `accounts/${person.user.id}`, { role: 'user' }));
  await as(person, 'GET', 'services');

  await made(
    api('POST', 'accounts', {
      body: { ...body, email: 'friend@example.org', firstName: 'F', lastName: 'R', birthday: null },
    }),
  );
  const friend = await signIn(api, 'friend@example.org', PASSWORD);
  const circle = (await made(as(person, 'POST', 'circles', { name: 'Home' }))).id as number;
  await made(as(person, 'POST', `circles/${circle}/invites`, { email: 'friend@example.org' }));
  const [invite] = (await made(as(friend, 'GET', 'invites'))).items;
  await made(as(friend, 'POST', `invites/${invite.id}/accept`));
  await made(as(person, 'POST', `circles/${circle}/invites`, { email: 'third@example.org' }));
  const other = (await made(as(friend, 'POST', 'circles', { name: 'Other' }))).id as number;
  await made(as(friend, 'POST', `circles/${other}/invites`, { email }));
  const device = await made(as(person, 'POST', `circles/${circle}/devices`, { name: 'Box' }));
  const conversation = async (who: Session, memberIds: number[]) =>
    (await made(as(who, 'POST', `circles/${circle}/conversations`, { name: 'Talk', memberIds }))).id as number;
  const shared = await conversation(person, [friend.user.id]);
  const third = await made(
    api('POST', 'accounts', {
      body: { ...body, email: 'third@example.org', firstName: 'T', lastName: 'H', birthday: null },
    }),
  );
  const thirdSession = await signIn(api, 'third@example.org', PASSWORD);
  const [again] = (await made(as(thirdSession, 'GET', 'invites'))).items;
  await made(as(thirdSession, 'POST', `invites/${again.id}/accept`));
  await made(as(person, 'POST', `conversations/${shared}/members`, { userId: third.id }));
  const message = await made(
    as(person, 'POST', `conversations/${shared}/messages`, { text: PERSON.told, files: ['a.txt', 'b.txt'] }),
  );
  const two = await conversation(person, [friend.user.id]);
  await made(as(person, 'POST', `conversations/${two}/messages`, { text: PERSON.alone }));
  const form = new FormData();
  form.append('file', new Blob(['content'], { type: 'text/plain' }), 'a.txt');
  const put = await fetch(`${server.url}/api/v1/media/${message.media[0].id}/content`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${person.accessToken}`, ...from },
    body: form,
  });
  if (!put.ok) throw new Error(`the upload answered ${put.status}`);
  await made(as(person, 'POST', `circles/${circle}/invites`, { email: 'fourth@example.org' }));
  const id = person.user.id;
  await server.dataSource.query(
    `WITH c AS (INSERT INTO calls (key, protocol, started_at, lease_until) VALUES ('k', 'signaling', now(), now()) RETURNING id)
     INSERT INTO call_participants (call_id, sid, name, user_id) SELECT id, 'sid', $1, $2::integer FROM c`,
    [PERSON.peer, id],
  );
  await server.dataSource.query(
    `INSERT INTO media_garbage (storage_key, due_at, user_id, size) VALUES ('m/1', now() + interval '1 hour', $1, 5)`,
    [id],
  );
  await server.dataSource.query(
    `INSERT INTO machine_keys (name, prefix, digest, scopes, made_by) VALUES ('Robot', 'sbk_', 'x', '{}', $1)`,
    [id],
  );
  await server.dataSource.query(`INSERT INTO identities (issuer, subject, user_id) VALUES ('https://idp', $1, $2)`, [
    PERSON.subject,
    id,
  ]);
  const revoked = await made(as(admin, 'POST', 'revocations', { user: id, reason: PERSON.reason }));
  await made(as(admin, 'GET', `accounts/${id}`));
  const secrets = [
    person.accessToken,
    person.refreshToken,
    PASSWORD,
    key.key,
    token.token,
    device.password,
    revoked.id,
  ];
  return { person, friend, circle, shared, secrets: secrets.filter((each) => typeof each === 'string'), as };
}
