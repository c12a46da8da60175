import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CirclesClient, CirclesHarness, type World } from '../support/circles.js';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { ThreeNodes } from '../support/three-nodes.js';

/** How long a dead node may keep people online. */
const LEASE_MS = 15_000;
const HEAL_MS = 5_000;

/** Polls until `read` returns the expected value, or fails with the last one. */
async function becomes(read: () => Promise<unknown>, wanted: unknown, ms: number): Promise<void> {
  const giveUp = Date.now() + ms;
  let got = await read();
  while (!isDeepStrictEqual(got, wanted) && Date.now() < giveUp) {
    await sleep(100);
    got = await read();
  }
  expect(got).toEqual(wanted);
}

describeWith('redis-server', 'circles on three nodes', () => {
  let nodes: ThreeNodes;
  let media: string;
  let world: World;
  let circles: CirclesHarness[];
  beforeAll(async () => {
    media = await mkdtemp(path.join(os.tmpdir(), 'switchboard-media-'));
    nodes = await ThreeNodes.start({ DATA_DIR: media, WRITING_REPEAT_MS: '0' });
  }, 300_000);
  beforeEach(async () => {
    circles = [0, 1, 2].map((n) => CirclesHarness.at(nodes.url(n)));
    world = await on(0).world();
  });
  afterEach(() => {
    for (const each of circles) each.hangUp();
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await nodes.stop();
    await rm(media, { recursive: true, force: true });
  });

  const on = (n: number): CirclesHarness => circles[n] as CirclesHarness;
  /** Whether `u1`, `u2` and `d` are online according to node `n`. */
  const online = async (n: number): Promise<boolean[]> => {
    const [members, devices] = await Promise.all(
      ['members', 'devices'].map((what) => on(n).api(world.u1, 'GET', `circles/${world.circle}/${what}`)),
    );
    return [...members.items, ...devices.items].map(({ isOnline }: { isOnline: boolean }) => isOnline);
  };
  const write = (client: CirclesClient, text: string) =>
    client.ask('message', { conversation_id: world.conversation, text_message: text, client_message_id: text });

  /** Starts to send `data` to node `n`, and pauses the request halfway. */
  async function uploadHalf(n: number, address: string, data: Buffer): Promise<void> {
    const headers = { authorization: `Bearer ${world.u1.token}`, 'tus-resumable': '1.0.0' };
    const created = await fetch(`${nodes.url(n)}${address}`, {
      method: 'POST',
      headers: { ...headers, 'upload-length': String(data.length) },
    });
    expect(created.status).toBe(201);
    const request = http.request(`${nodes.url(n)}${address}`, {
      method: 'PATCH',
      headers: {
        ...headers,
        'content-type': 'application/offset+octet-stream',
        'content-length': data.length,
        'upload-offset': '0',
      },
    });
    request.on('error', () => undefined);
    request.write(data.subarray(0, data.length / 2));
    await sleep(1_000);
  }

  async function uploadRest(n: number, address: string, data: Buffer): Promise<number> {
    const headers = { authorization: `Bearer ${world.u1.token}`, 'tus-resumable': '1.0.0' };
    const { status, headers: found } = await fetch(`${nodes.url(n)}${address}`, { method: 'HEAD', headers });
    expect(status).toBe(200);
    const at = Number(found.get('upload-offset'));
    expect(at).toBeGreaterThan(0);
    const type = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(at) };
    const body = new Uint8Array(data.subarray(at));
    return (await fetch(`${nodes.url(n)}${address}`, { method: 'PATCH', headers: { ...headers, ...type }, body }))
      .status;
  }

  it('show nobody as online whose only node was killed, release their uploads, and announce nothing', async () => {
    const { u1, u2, d } = world;
    const hearer = await (await on(1).socket(u1)).joinConversation(world.conversation);
    await hearer.joinCircle(world.circle);
    for (const who of [u1, u2, d]) await on(2).socket(who);
    expect(await online(0)).toEqual([true, true, true]);
    const draft = { text: 'film', files: ['film.bin'] };
    await on(2).api(u1, 'POST', `conversations/${world.conversation}/messages`, draft);
    const { media_list: list } = await hearer.expect('media');
    await hearer.expect('message');
    const address = `/api/v1/media/${list[0].id}/upload`;
    const data = Buffer.alloc(2_000_000, 7);
    await uploadHalf(2, address, data);

    nodes.server(2).kill('SIGKILL');
    const killedAt = Date.now();
    const uploaded = uploadRest(1, address, data);
    await becomes(() => online(0), [true, false, false], LEASE_MS);
    expect(await uploaded).toBe(204);
    expect(Date.now() - killedAt).toBeLessThan(LEASE_MS);
    expect(await hearer.expect('message')).toMatchObject({ status: 'done', media: { id: list[0].id } });
    hearer.emit('webrtc_forward', { user_id: u2.id, message: 'CALLING' });
    await hearer.expectNext('error', 'Destinataire non connecte aux websockets');
    const back = await (await on(0).socket(u2)).joinConversation(world.conversation);
    expect(await online(1)).toEqual([true, true, false]);
    await write(back, 'back');
    expect(await hearer.expect('message')).toMatchObject({ sender: { id: u2.id, isOnline: true } });
    await hearer.expectQuiet();
    await nodes.startNode(2);
  }, 120_000);

  it('deliver in order everything stored by a node that was killed while people wrote', async () => {
    const reader = await (await on(0).socket(world.u2)).joinConversation(world.conversation);
    const acked = new Map<string, number>();
    const writers = [0, 1, 2, 3].map(async (n) => {
      const client = await on(n === 0 ? 1 : 2).socket(world.u1);
      for (let i = 0; client.disconnected === undefined && i < 400; i++) {
        const text = `${n} ${i}`;
        const answer = await Promise.race([write(client, text), client.untilDisconnected().catch(() => undefined)]);
        if (typeof answer === 'object' && answer.ok) acked.set(text, answer.message_id);
      }
    });
    await sleep(1_500);
    nodes.server(2).kill('SIGKILL');
    await Promise.all(writers);
    const last = await on(1).api(world.u1, 'POST', `conversations/${world.conversation}/messages`, { text: 'last' });
    const heard: { id: number; content: string }[] = [];
    while (heard.at(-1)?.id !== last.id) heard.push((await reader.expect('message')).message);
    const ids = heard.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    const byText = new Map(heard.map(({ id, content }) => [content, id]));
    expect(acked.size).toBeGreaterThan(10);
    for (const [text, id] of acked) expect(byText.get(text)).toBe(id);
    await nodes.startNode(2);
  }, 120_000);

  it('keep talking while Redis is away, and see each other again once it is back', async () => {
    const u1 = await (await on(0).socket(world.u1)).joinConversation(world.conversation);
    const [near, far] = [await on(0).socket(world.u2), await on(1).socket(world.d)];
    for (const reader of [near, far]) await reader.joinConversation(world.conversation);
    await nodes.redis.kill();
    for (const text of ['one', 'two']) {
      expect(await write(u1, text)).toMatchObject({ ok: true });
      for (const reader of [near, far]) expect((await reader.expect('message')).message.content).toBe(text);
    }
    // Each according to its own knowledge.
    expect(await online(0)).toEqual([true, true, false]);
    u1.emit('webrtc_forward', { user_id: world.u2.id, message: 'CALLING' });
    expect(await near.expect('webrtc_config')).toMatchObject({ sender_id: world.u1.id });
    await nodes.redis.restart();
    await nodes.well(HEAL_MS);
    expect(await online(2)).toEqual([true, true, true]);
    expect(await write(far, 'three')).toMatchObject({ ok: true });
    for (const reader of [far, near]) {
      if (reader === far) await reader.expect('success');
      else await reader.expect('webrtc_forward');
      expect((await reader.expect('message')).message.content).toBe('three');
    }
  }, 120_000);
});
