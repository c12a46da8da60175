import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CirclesHarness } from '../../support/circles.js';
import { Examples } from '../../support/doc-examples.js';
import { describeWithPython } from '../../support/requires.js';

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

  it('are two', () => {
    expect(examples.names).toEqual(['circles.mjs', 'device.py']);
  });

  it('circles.mjs makes a conversation and says hello in it', async () => {
    const program = examples.run('circles.mjs', [circles.server.url]);
    await program.ended;
    expect(program.output()).toBe('ada: hello (true)\n');
  });

  describeWithPython('socketio, requests', 'device.py', (python) => {
    it('answers the next message of the conversation', async () => {
      const world = await circles.world();
      const { username, password } = world.d;
      const args = [circles.server.url, username, password, String(world.conversation)];
      const reader = await (await circles.socket(world.u1)).joinConversation(world.conversation);
      const program = examples.run('device.py', args, python);
      await expect.poll(program.output, { timeout: 15_000 }).toContain('Vous avez rejoins la conversation');
      await reader.ask('message', { conversation_id: world.conversation, text_message: 'anybody there?' });
      await program.ended;
      expect(program.output()).toContain('message: anybody there?\n');
      expect(program.output()).not.toContain('rror');
      await reader.expect('success');
      expect(await reader.expect('message')).toMatchObject({ message: { content: 'anybody there?' } });
      expect(await reader.expect('message')).toMatchObject({ message: { content: 'I am here' } });
    });
  });
});
