// Everybody who uses the server of ../soak.mjs: they come, do a little now and then, and leave, over and over.
import { deflateSync, crc32 } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { makePairs } from '../omikron/directory.mjs';
import { socket, socketIo, stream } from '../sockets.mjs';

const ROOMS = 6;
const READERS = 4;
const CONVERSATIONS = 3;
const MEMBERS = 4;
const PEERS = 5;
const PAIRS = 3;
/** Seconds that a connection lasts, at most; half of that on average. */
const VISIT = 30;
const UPLOAD_BYTES = 100 * 1024;
/** Much shorter than the life of an access token. */
const LOGIN_SECONDS = 120;
const text = 'x'.repeat(100);

const between = (least, most) => least + Math.random() * (most - least);
const any = (list) => list[Math.floor(Math.random() * list.length)];

/** What they have done, and what went wrong. */
export const seen = { visits: 0, requests: 0, uploads: 0, heard: 0, gaps: 0, failures: {} };

/**
 * @param {{ http: string, admin: { email: string, password: string } }} server
 * @returns {Promise<() => Promise<void>>} ends them all
 */
export async function populate({ http, admin }) {
  const base = http.replace('http', 'ws');
  let over = false;
  let token;

  async function api(method, route, body) {
    const form = body instanceof FormData;
    const response = await fetch(`${http}/api/v1/${route}`, {
      method,
      headers: {
        ...(!form && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: form ? body : JSON.stringify(body),
    });
    const isJson = response.headers.get('content-type')?.includes('json');
    const answer = isJson ? await response.json() : await response.arrayBuffer();
    if (!response.ok) throw new Error(`${method} ${route.replaceAll(/\d+/g, 'N')}: ${response.status}`);
    seen.requests++;
    return answer;
  }

  async function forever(seconds, work) {
    while (!over) {
      try {
        await work();
      } catch (error) {
        const what = error.message.replaceAll(/\S*:\/\/\S*/g, 'a socket');
        if (!over) seen.failures[what] = (seen.failures[what] ?? 0) + 1;
      }
      await sleep(between(0.5, 1.5) * seconds * 1_000);
    }
  }

  /** `say` is called every `seconds`; half of the visitors leave without a word. */
  const visits = (open, say, seconds = VISIT) =>
    forever(1, async () => {
      const client = await open();
      seen.visits++;
      const end = Date.now() + between(0, VISIT) * 1_000;
      while (!over && Date.now() < end && client.readyState !== WebSocket.CLOSED) {
        say?.(client);
        await sleep(Math.min(between(0.5, 1.5) * seconds * 1_000, Math.max(0, end - Date.now())));
      }
      if (client.close && Math.random() < 0.5) client.close();
      else client.destroy();
    });

  let login = await api('POST', 'auth/login', admin);
  token = login.accessToken;
  const actors = [];

  for (let n = 0; n < ROOMS; n++) {
    const durable = n % 2 === 0;
    await api('POST', 'rooms', { name: `r${n}`, ...(durable && { durable, historyLimit: 2_000 }) });
    const { code } = await api('POST', `rooms/r${n}/endpoints`, { permissions: 'readwrite' });
    const endpoint = `${base}/ws/endpoint/${code}/`;
    let id = 0;
    const say = (client) => client.send(`{"message":"${text}"${durable ? `,"id":"${n}-${id++}"` : ''}}`);
    actors.push(() => visits(() => socket(`${endpoint}${durable ? '?acks=1' : ''}`), say, 0.5));
    for (let each = 0; each < READERS; each++) {
      const reader = durable ? resuming(endpoint) : () => socket(endpoint);
      actors.push(() => visits(reader));
    }
    actors.push(() => visits(() => stream(`${http}/sse/endpoint/${code}/`)));
  }

  const service = await api('POST', 'services', { title: 'soak' });
  const admitted = (first) => () =>
    socket(`${base}/ws/`, (frame) => frame.includes('server_authorized'), JSON.stringify({ token: first }));
  actors.push(() => visits(admitted(service.hostToken), (host) => host.send(`{"type":"all","t":"${text}"}`), 0.3));
  for (let n = 0; n < MEMBERS; n++) {
    actors.push(() => visits(admitted(service.clientToken), (client) => client.send(`{"type":"up"}`), 1));
  }

  const circle = await api('POST', 'circles', { name: 'soak' });
  const conversations = [];
  for (let n = 0; n < CONVERSATIONS; n++) {
    const { id } = await api('POST', `circles/${circle.id}/conversations`, { name: `c${n}` });
    conversations.push(id);
    const steps = () => [
      ['authenticate', { token }],
      ['join_conversation', { conversation_id: id }],
    ];
    const packet = `42${JSON.stringify(['message', { conversation_id: id, text_message: text }])}`;
    for (let each = 0; each < MEMBERS; each++) {
      const open = () => socketIo(base, steps(), (frame) => frame.includes('conversation_'));
      actors.push(() => visits(open, (member) => member.send(packet), 1));
    }
  }

  const sids = [];
  for (let n = 0; n < PEERS; n++) {
    const peer = (frame, client) => {
      if (frame.startsWith('42["receive-invite"')) {
        const answer = any(['accept-invitation', 'decline-invitation', 'leave-room']);
        client.send(`42${JSON.stringify([answer, JSON.parse(frame.slice(2))[1]])}`);
      }
      if (!frame.startsWith('40')) return false;
      sids[n] = JSON.parse(frame.slice(2)).sid;
      return true;
    };
    const say = (client) =>
      client.send(any([`42["connections"]`, `42["name","n"]`, `42["send-invitation","${any(sids)}"]`]));
    actors.push(() => visits(() => socketIo(base, [['name', `peer ${n}`]], peer), say, 1));
  }
  // Long-polling sessions whose client never comes back.
  actors.push(() =>
    forever(4, () => fetch(`${http}/socket.io/?EIO=4&transport=polling`).then((answer) => answer.text())),
  );

  Object.assign(process.env, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
  for (const { iota, client } of await makePairs(http, PAIRS)) {
    const answered = (frame) => frame.includes('identification');
    const frame = JSON.stringify({ type: 'soak', log: {}, data: text });
    actors.push(() => visits(() => socket(`${base}/ws/iota/`, answered, iota)));
    actors.push(() =>
      visits(
        () => socket(`${base}/ws/client/`, answered, client),
        (app) => app.send(frame),
        0.5,
      ),
    );
  }

  const pictures = picture();
  actors.push(() =>
    forever(3, async () => {
      const png = Math.random() < 0.3;
      const name = png ? 'a.png' : 'a.bin';
      const conversation = any(conversations);
      const message = await api('POST', `conversations/${conversation}/messages`, { text, files: [name] });
      const { id } = message.media[0];
      const form = new FormData();
      const type = png ? 'image/png' : 'application/octet-stream';
      form.append('file', new Blob([png ? pictures : randomBytes(UPLOAD_BYTES)], { type }), name);
      await api('PUT', `media/${id}/content`, form);
      await api('GET', `media/${id}/${png ? 'thumbnail' : 'content'}`);
      await api('DELETE', `messages/${message.id}`);
      seen.uploads++;
    }),
  );
  const calls = [
    ['GET', 'rooms/r0/messages?limit=50'],
    ['POST', 'rooms/r0/messages', { message: text }],
    ['POST', 'rooms/r1/messages', { message: text }],
    ['GET', 'stats'],
    ['GET', 'connections'],
    ['GET', 'circles'],
    ['GET', `conversations/${conversations[0]}/messages`],
    ['GET', 'audit'],
  ];
  actors.push(() => forever(0.3, () => api(...any(calls))));
  actors.push(() =>
    forever(5, async () => {
      const { code } = await api('POST', 'rooms/r1/endpoints', { permissions: 'read' });
      await api('DELETE', `rooms/r1/endpoints/${code}`);
    }),
  );
  actors.push(() =>
    forever(LOGIN_SECONDS, async () => {
      const next = await api('POST', 'auth/login', admin);
      await api('POST', 'auth/refresh', { refreshToken: login.refreshToken });
      login = next;
      token = next.accessToken;
    }),
  );

  const running = actors.map((actor) => actor());
  return async () => {
    over = true;
    await Promise.race([Promise.all(running), sleep(20_000)]);
  };
}

/** A reader of a durable room that continues where it left off, and counts what it lacks. */
function resuming(endpoint) {
  let [last, epoch] = [0, ''];
  const heard = (frame) => {
    const { recovered, offset, epoch: current } = JSON.parse(frame);
    if (recovered !== undefined) {
      epoch = current;
      if (!recovered) last = offset;
    } else if (offset > last) {
      if (last > 0 && offset !== last + 1) seen.gaps++;
      seen.heard++;
      last = offset;
    }
    return recovered !== undefined;
  };
  return () => socket(`${endpoint}?after=${last}${epoch && `&epoch=${epoch}`}`, heard);
}

/** A PNG that does not compress, as large as an upload. */
function picture() {
  const side = Math.floor(Math.sqrt(UPLOAD_BYTES / 3));
  const rows = Array.from({ length: side }, () => Buffer.concat([Buffer.of(0), randomBytes(side * 3)]));
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
