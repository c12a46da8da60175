import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CirclesClient, CirclesHarness, type World } from '../../support/circles.js';
import { PollingClient } from '../../support/polling-client.js';

const LIMIT = 300_000;
const TEXT = 'x'.repeat(8_000);
const MESSAGES = 100;

describe('circles over long polling', () => {
  let circles: CirclesHarness;
  let world: World;
  beforeAll(async () => {
    circles = await CirclesHarness.start({ OUTBOUND_LIMIT_BYTES: String(LIMIT) });
    world = await circles.world();
  });
  afterAll(() => circles.close());

  const speak = async (count: number): Promise<void> => {
    const speaker = await circles.socket(world.u1);
    const conversation_id = world.conversation;
    const answers = Array.from({ length: count }, () =>
      speaker.ask('message', { conversation_id, text_message: TEXT }),
    );
    await Promise.all(answers);
  };
  /** Waits until every node has handed on what is said. */
  const speakAndBeHeard = async (count: number): Promise<void> => {
    const hearers: CirclesClient[] = [];
    for (let n = 0; n < 3; n++) hearers.push(await (await circles.socket(world.u1)).joinCircle(world.circle));
    await speak(count);
    await circles.api(world.u1, 'PATCH', `circles/${world.circle}`, { name: 'Heard' });
    for (const hearer of hearers) await hearer.expect('circle');
  };
  const open = async (): Promise<PollingClient> => {
    const client = await PollingClient.open(circles.server.url);
    await client.emit('authenticate', { token: world.u2.token });
    await client.until((packet) => packet.includes('authenticated'));
    return client;
  };
  const idsIn = (packets: readonly string[]): number[] =>
    packets
      .filter((packet) => packet.startsWith('42["message",'))
      .map((packet) => (JSON.parse(packet.slice(2)) as [string, { message: { id: number } }])[1].message.id);

  it('replays at the pace of the client', async () => {
    await speak(MESSAGES);
    const client = await open();
    await client.emit('join_conversation', { conversation_id: world.conversation, after: 0 });
    const seen: number[] = [];
    while (seen.length < MESSAGES) {
      await sleep(50);
      const packets = await client.poll();
      expect(packets).toBeDefined();
      expect(packets?.join('').length).toBeLessThan(100_000);
      seen.push(...idsIn(packets ?? []));
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen).toHaveLength(MESSAGES);
  });

  it('disconnects a client that leaves more bytes unfetched than the limit', async () => {
    const client = await open();
    await client.emit('join_conversation', { conversation_id: world.conversation });
    await client.until((packet) => packet.includes('rejoins'));
    await speakAndBeHeard(MESSAGES);
    const packets: string[] = [];
    for (let more = await client.poll(); more !== undefined; more = await client.poll()) packets.push(...more);
    expect(idsIn(packets).length).toBeLessThan(MESSAGES);
    expect(packets.join('').length).toBeLessThan(LIMIT + 20_000);
  });
});
