import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Examples } from '../../support/doc-examples.js';
import { invite, SignalingHarness } from '../../support/signaling.js';
import { play } from '../../support/transcript.js';

describe('the programs on the signaling page', () => {
  const examples = new Examples('protocols/signaling.md');
  let harness: SignalingHarness;
  beforeAll(async () => {
    harness = await SignalingHarness.start({ SIGNALING_ACCESS: 'token' });
  });
  afterEach(() => {
    examples.stop();
  });
  afterAll(() => harness.close());

  it('are two, besides those that need the clients', () => {
    expect(examples.names).toEqual(['call.frames', 'call.py', 'call.ts', 'lobby-token.sh', 'peer.mjs']);
  });

  it('call.frames matches the wire', async () => {
    const maker = examples.run('lobby-token.sh', [harness.server.url, harness.admin]);
    await maker.ended;
    const { token } = JSON.parse(maker.output()) as { token: string };
    await play(examples.codeOf('call.frames'), harness.server.url.replace('http', 'ws'), { 'lobby token': token });
  });

  it('accept a ringing call, and hear the offer', async () => {
    const maker = examples.run('lobby-token.sh', [harness.server.url, harness.admin]);
    await maker.ended;
    const { token } = JSON.parse(maker.output()) as { token: string };
    const caller = await harness.connect('4.x', { auth: { lobby: token } });
    const program = examples.run('peer.mjs', [harness.server.url, token]);
    const [event, text] = await caller.next(15_000);
    const { sid, name } = JSON.parse(text as string) as { sid: string; name: string };
    expect([event, name]).toEqual(['add-connection', 'Ala']);
    caller.emit('send-invitation', sid);
    await caller.expectNext('invite-accepted', invite(caller, sid));
    expect(await caller.next()).toMatchObject(['create-peer', {}]);
    caller.emit('offer', { receiver_sid: sid, sender_sid: caller.sid, description: { type: 'offer', sdp: '' } });
    await expect.poll(program.output).toContain(`${caller.sid} offer\n`);
    expect(program.output()).toMatch(/^in a call with \[/);
    expect(program.output()).toContain(sid);
  });

  it('say that a lobby token is missing, and end', async () => {
    const program = examples.run('peer.mjs', [harness.server.url]);
    await program.ended;
    expect(program.output()).toBe('error: A lobby token is needed here.\n');
  });
});
