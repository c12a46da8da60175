import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CIRCLE_RIGHTS, CONVERSATION_RIGHTS } from '../../../src/modules/circles/circles.policy.js';
import { CirclesHarness, type Person } from '../../support/circles.js';

interface Row {
  readonly action: string;
  /** By actor. */
  readonly cells: ReadonlyMap<string, string>;
}

/** The table on the protocol's page: everything it says is tried. */
function rightsTable(): Row[] {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/protocols/circles.md'), 'utf8');
  const lines = page
    .slice(page.indexOf('## Rights'))
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const cellsOf = (line: string) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
  const [head = '', , ...rows] = lines;
  const actors = cellsOf(head).slice(1);
  return rows.map((line) => {
    const [action = '', ...cells] = cellsOf(line);
    return { action, cells: new Map(actors.map((actor, index) => [actor, cells[index] ?? ''])) };
  });
}

/** A circle with everything that actions may be about, and everybody who may try them. */
interface Scene {
  readonly ids: Readonly<Record<string, number>>;
  readonly actors: Readonly<Record<string, { token: string }>>;
}

const BODIES: Readonly<Record<string, object>> = {
  'PATCH circles/:circle': { name: 'Other' },
  'PATCH circles/:circle/members/:victim': { privilege: 'REGULAR' },
  'POST circles/:circle/devices': { name: 'Box' },
  'PATCH devices/:device': { name: 'Box' },
  'POST circles/:circle/conversations': { name: 'Other' },
  'PATCH conversations/:conversation': { name: 'Other' },
  'POST conversations/:conversation/messages': { text: 'hi' },
  'PATCH messages/:message': { text: 'hello' },
};

/** Actions that may be repeated and change nothing that others need. */
const HARMLESS =
  /^(GET |PATCH (circles|conversations)\/:\w+$|PATCH (devices|messages)|POST .*\/(conversations|messages)$|PUT .*\/read$|[a-z])/;

describe('the rights', () => {
  let circles: CirclesHarness;
  let people: Record<string, Person>;
  let picture: Buffer;
  const rows = rightsTable();
  beforeAll(async () => {
    circles = await CirclesHarness.start();
    const names = ['circle ADMIN', 'member', 'participant', 'conversation ADMIN', 'author', 'victim', 'candidate'];
    people = { admin: await circles.admin() };
    for (const name of ['stranger', 'guest', ...names]) people[name] = await circles.person();
    picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  });
  afterAll(() => circles.close());
  afterEach(() => {
    circles.hangUp();
  });

  const as = (name: string): Person => people[name]!;

  const scenes = new Map<string, Scene>();
  /** The scene of an actor; shared until somebody has changed it. */
  async function sceneOf(actor: string): Promise<Scene> {
    const kind = actor.startsWith('device') ? actor : 'people';
    const scene = scenes.get(kind) ?? (await newScene(actor));
    scenes.set(kind, scene);
    return scene;
  }

  async function newScene(actor: string): Promise<Scene> {
    const boss = as('circle ADMIN');
    const { id: circle } = await circles.api(boss, 'POST', 'circles', { name: 'Family' });
    for (const name of ['member', 'participant', 'conversation ADMIN', 'author', 'victim', 'candidate']) {
      await circles.join(boss, circle, as(name));
    }
    const { id: invite } = await circles.api(boss, 'POST', `circles/${circle}/invites`, { email: as('guest').email });
    const { id: device, ...login } = await circles.api(boss, 'POST', `circles/${circle}/devices`, { name: 'Box' });
    const conversation = await circles.conversation(
      as('conversation ADMIN'),
      circle,
      [as('participant'), as('author'), as('victim')],
      actor !== 'device without access',
    );
    const sent = await circles.api(as('author'), 'POST', `conversations/${conversation}/messages`, {
      text: 'hi',
      files: ['a.png', 'b.png'],
    });
    const [media, pending] = sent.media.map(({ id }: { id: number }) => id);
    await putContent(as('author'), media);
    const token = actor.startsWith('device') ? await circles.deviceToken(login) : '';
    return {
      ids: { circle, conversation, invite, device, media, pending, message: sent.id, victim: as('victim').id },
      actors: { ...people, device: { token }, 'device without access': { token } },
    };
  }

  async function putContent(who: { token: string }, id: number): Promise<number> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'a.png');
    const headers = { authorization: `Bearer ${who.token}` };
    const url = `${circles.server.url}/api/v1/media/${id}/content`;
    return (await fetch(url, { method: 'PUT', headers, body: form })).status;
  }

  async function call(action: string, who: { token: string }, ids: Scene['ids']): Promise<string> {
    const [method = '', pattern = ''] = action.split(' ');
    const route = pattern.replace(/:(\w+)/g, (_match, name: string) => String(ids[name]));
    if (action === 'PUT media/:pending/content') return outcome(await putContent(who, ids['pending']!));
    if (action === 'POST media/:pending/upload' || action.startsWith('GET media/')) {
      const headers = { authorization: `Bearer ${who.token}`, 'tus-resumable': '1.0.0', 'upload-length': '10' };
      return outcome((await fetch(`${circles.server.url}/api/v1/${route}`, { method, headers })).status);
    }
    let body = BODIES[action];
    if (action === 'POST circles/:circle/invites') body = { email: as('stranger').email };
    if (action === 'POST conversations/:conversation/members') body = { userId: as('candidate').id };
    if (action === 'PUT conversations/:conversation/read') body = { messageId: ids['message']! };
    return outcome(await circles.status(who, method, route, body));
  }

  async function emit(event: string, who: { token: string }, ids: Scene['ids']): Promise<string> {
    const socket = await circles.socket(who);
    const answer = await socket.ask(event, {
      circle_id: ids['circle'],
      conversation_id: ids['conversation'],
      message_id: ids['message'],
      text_message: 'hi',
      is_writing: true,
    });
    const [channel] = await socket.next();
    expect(channel).toBe(answer.ok ? 'success' : 'error');
    return answer.ok ? 'yes' : 'error';
  }

  const outcome = (status: number): string => (status < 300 ? 'yes' : String(status));

  it('are on the page for every action that the policy knows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(Object.keys({ ...CIRCLE_RIGHTS, ...CONVERSATION_RIGHTS }).length);
    for (const { cells } of rows) expect([...cells.values()].join(' ')).toMatch(/^((yes|403|404|error) ?){9}$/);
  });

  it.each(rows.map(({ action, cells }) => [action, cells] as const))(
    'hold for %s',
    { timeout: 60_000 },
    async (action, cells) => {
      const found = new Map<string, string>();
      for (const actor of cells.keys()) {
        const { ids, actors } = await sceneOf(actor);
        const who = actors[actor]!;
        const result = action.includes(' ') ? await call(action, who, ids) : await emit(action, who, ids);
        found.set(actor, result);
        if (result === 'yes' && !HARMLESS.test(action)) scenes.clear();
      }
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(cells));
    },
  );
});
