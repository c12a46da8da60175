import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CirclesHarness, type Person, type World } from '../support/circles.js';

const TUS = { 'tus-resumable': '1.0.0' };
const BYTES = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
const PART = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
const WAYS = ['multipart', 'tus'] as const;

let circles: Awaited<ReturnType<typeof CirclesHarness.start>>;
let world: World;
let admin: Person;
beforeAll(async () => {
  circles = await CirclesHarness.start();
  [world, admin] = [await circles.world(), await circles.admin()];
});
afterAll(() => circles.close());

const endings: [string, number, (who: Person) => Promise<unknown>][] = [
  ['signs out', 401, (who) => circles.api(who, 'POST', 'auth/logout')],
  ['is disabled', 401, ({ id }) => circles.api(admin, 'PATCH', `accounts/${id}`, { disabled: true })],
  ['is removed', 401, ({ id }) => circles.api(admin, 'DELETE', `accounts/${id}`)],
  ['is revoked', 401, ({ id }) => circles.api(admin, 'POST', 'revocations', { user: id })],
  [
    'has to leave the conversation',
    404,
    ({ id }) => circles.api(world.u1, 'DELETE', `conversations/${world.conversation}/members/${id}`),
  ],
];
const cases = endings.flatMap(([what, status, end]) => WAYS.map((way) => [way, what, status, end] as const));
let half = 0;

describe('an upload under way', () => {
  it.each(cases)('by %s is refused if its author %s', async (way, _what, status, end) => {
    const who = await circles.person();
    await circles.join(world.u1, world.circle, who);
    await circles.api(world.u1, 'POST', `conversations/${world.conversation}/members`, { userId: who.id });
    const messages = `conversations/${world.conversation}/messages`;
    const { id } = (await circles.api(who, 'POST', messages, { files: ['a.txt'] })).media[0];
    const sending = await begin(way, who, id);
    await end(who);
    const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
    sending.end(way === 'tus' ? 'rest' : 'rest\r\n--b--\r\n');
    const [answer] = await answered;
    expect(answer.statusCode).toBe(status);
    answer.resume();
    expect(await circles.api(world.u1, 'GET', `media/${id}`)).toMatchObject({ uploaded: false });
  });
});

/** Sends the first part of a file, and waits until the server has stored it. */
async function begin(way: (typeof WAYS)[number], { token }: Person, id: number) {
  const text = 'x'.repeat(++half);
  const { url } = circles.server;
  const authorization = `Bearer ${token}`;
  const headers = way === 'tus' ? { ...TUS, ...BYTES } : { 'content-type': 'multipart/form-data; boundary=b' };
  if (way === 'tus') {
    const length = { 'upload-length': String(half + 'rest'.length) };
    await fetch(`${url}/api/v1/media/${id}/upload`, { method: 'POST', headers: { authorization, ...TUS, ...length } });
  }
  const [method, what] = way === 'tus' ? ['PATCH', 'upload'] : ['PUT', 'content'];
  const sending = request(`${url}/api/v1/media/${id}/${what}`, { method, headers: { authorization, ...headers } });
  sending.write(way === 'tus' ? text : PART + text);
  await expect.poll(stored).toContain(half);
  return sending;
}

/** Sizes of all files in the storage. */
async function stored(): Promise<number[]> {
  const folder = path.join(circles.server.config.storage.dataDir, 'media');
  const files = await readdir(folder, { recursive: true });
  return Promise.all(files.map(async (file) => (await stat(path.join(folder, file)).catch(() => ({ size: -1 }))).size));
}
