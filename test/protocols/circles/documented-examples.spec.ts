import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CirclesHarness } from '../../support/circles.js';
import { Examples } from '../../support/doc-examples.js';
import { describeWithPython } from '../../support/requires.js';
import { play } from '../../support/transcript.js';

describe('the programs of the circles page', () => {
  const examples = new Examples('protocols/circles.md');
  let circles: CirclesHarness;
  beforeAll(async () => {
    circles = await CirclesHarness.start();
  });
  afterEach(() => {
    examples.stop();
    circles.hangUp();
  });
  afterAll(() => circles.close());

  it('are four, besides those that need the clients', () => {
    const withClients = ['hello.frames', 'hello.py', 'hello.ts'];
    expect(examples.names).toEqual(['circles.mjs', 'device.py', 'device.sh', ...withClients, 'picture.mjs']);
  });

  it('hello.frames shows what goes over the wire', async () => {
    const { u1, conversation } = await circles.world();
    const known = { 'access token': u1.token, conversation: String(conversation) };
    await play(examples.codeOf('hello.frames'), circles.server.url.replace('http', 'ws'), known);
  });

  it('circles.mjs creates a conversation and says hello in it', async () => {
    const program = examples.run('circles.mjs', [circles.server.url]);
    await program.ended;
    expect(program.output()).toBe('ada: hello (true)\n');
  });

  it('picture.mjs announces a picture, uploads it and sees it arrive', async () => {
    const world = await circles.world();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-picture-'));
    const file = path.join(folder, 'a.png');
    await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } }).toFile(file);
    const args = [circles.server.url, world.u1.token, String(world.conversation), file];
    const program = examples.run('picture.mjs', args);
    await program.ended;
    await rm(folder, { recursive: true });
    expect(program.output()).toMatch(
      /^look pending\n(200 \/api\/v1\/media\/\d+\/content\nlook done|look done\n200 .*)\n$/,
    );
  });

  describeWithPython('socketio, requests', 'device.py', (python) => {
    it('answers the next message of the conversation', async () => {
      const { u1 } = await circles.world();
      const maker = examples.run('device.sh', [circles.server.url, u1.token]);
      await maker.ended;
      const made = /^conversation: (\d+)\nusername: (\S+)\npassword: (\S+)\n$/.exec(maker.output());
      const [, id = '', username = '', password = ''] = made ?? [];
      const conversation = Number(id);
      const args = [circles.server.url, username, password, id];
      const reader = await (await circles.socket(u1)).joinConversation(conversation);
      const program = examples.run('device.py', args, python);
      await expect.poll(program.output, { timeout: 15_000 }).toContain('Vous avez rejoins la conversation');
      await reader.ask('message', { conversation_id: conversation, text_message: 'anybody there?' });
      await program.ended;
      expect(program.output()).toContain('message: anybody there?\n');
      expect(program.output()).not.toContain('rror');
      await reader.expect('success');
      expect(await reader.expect('message')).toMatchObject({ message: { content: 'anybody there?' } });
      expect(await reader.expect('message')).toMatchObject({ message: { content: 'I am here' } });
    });
  });
});
