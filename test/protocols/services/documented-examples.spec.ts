import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Examples, type RunningExample } from '../../support/doc-examples.js';
import { describeWithPython } from '../../support/requires.js';
import { ServicesHarness, type TestService } from '../../support/services.js';
import { play } from '../../support/transcript.js';

describe('the programs on the services page', () => {
  let harness: ServicesHarness;
  let service: TestService;
  const examples = new Examples('protocols/services.md');

  /** Runs an example as described in its first line. */
  const run = (name: string, token: string, python?: string): RunningExample =>
    examples.run(name, [`${harness.server.wsUrl}/ws/`, token], python);

  /** Host and guest meet; then the service is deleted under them. */
  const meet = async (hostName: string, guestName: string, python?: string): Promise<void> => {
    const host = run(hostName, service.hostToken, python);
    await expect.poll(host.output, { timeout: 15_000 }).toMatch(/^guests join with [A-Z]{4}\n$/);
    const code = host.output().trim().split(' ').at(-1) ?? '';
    const guest = run(guestName, code, python);
    await expect.poll(guest.output, { timeout: 15_000 }).toBe('votes: {"2":1}\n');
    await harness.api('DELETE', `services/${service.id}`);
    await Promise.all([host.ended, guest.ended]);
    expect(guest.output()).toBe('votes: {"2":1}\nService deleted\nclosed with 4000\n');
    expect(host.output()).toBe(`guests join with ${code}\nService deleted\nclosed with 4000\n`);
  };

  beforeAll(async () => {
    harness = await ServicesHarness.start();
  });
  afterEach(() => {
    examples.stop();
  });
  afterAll(() => harness.close());

  it('are four, besides those that need the clients', () => {
    const withClients = ['quiz.frames', 'quiz.py', 'quiz.ts'];
    expect(examples.names).toEqual(['guest.mjs', 'guest.py', 'host.mjs', 'host.py', ...withClients]);
  });

  it('quiz.frames matches the wire', async () => {
    const { hostToken } = await harness.service({ allowPublicCode: true });
    await play(examples.codeOf('quiz.frames'), harness.server.wsUrl, { 'host token': hostToken });
  });

  describe('in JavaScript', () => {
    it('talk to each other', async () => {
      service = await harness.service({ allowPublicCode: true });
      await meet('host.mjs', 'guest.mjs');
    });

    it('say why they were refused', async () => {
      const guest = run('guest.mjs', 'WRONG');
      await guest.ended;
      expect(guest.output()).toBe('Invalid token\nclosed with 1000\n');
    });
  });

  describeWithPython('websockets', 'in Python', (python) => {
    it.each([
      ['host.py', 'guest.py'],
      ['host.py', 'guest.mjs'],
      ['host.mjs', 'guest.py'],
    ])('%s and %s talk to each other', async (host, guest) => {
      service = await harness.service({ allowPublicCode: true });
      await meet(host, guest, python);
    });
  });
});
