import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OmikronRepository } from '../../../src/modules/omikron/omikron.repository.js';
import { OmikronHarness } from '../../support/omikron.js';

describe('removing what somebody is identifying with', () => {
  let omikron: OmikronHarness;
  beforeAll(async () => {
    omikron = await OmikronHarness.start();
  });
  afterEach(() => omikron.hangUp());
  afterAll(() => omikron.close());

  it.each([
    ['client', 'the profile'],
    ['client', 'the Iota'],
    ['call', 'the profile'],
    ['call', 'the Iota'],
  ] as const)('a socket on /ws/%s/ ends with %s', async (kind, what) => {
    const home = await omikron.iota(1);
    const [user] = home.users;
    if (user === undefined) throw new Error('an Iota without users');
    const iota = await omikron.iotaSocket(home);
    const path = `omikron/iotas/${home.id}${what === 'the Iota' ? '' : `/profiles/${user.id}`}`;
    const find = vi.spyOn(OmikronRepository.prototype, 'findProfile');
    let removed: number | undefined;
    find.mockImplementationOnce(async function (this: OmikronRepository, ...args) {
      find.mockRestore();
      const found = await this.findProfile(...args);
      removed = (await omikron.api('DELETE', path)).status;
      return found;
    });
    const socket = await omikron.connect(`/ws/${kind}/`);
    const data = { user_id: user.id, private_key_hash: user.hash, ...(kind === 'call' && { call_id: randomUUID() }) };
    socket.send({ id: randomUUID(), type: 'identification', data });
    await vi.waitFor(() => {
      expect([removed, socket.socket.readyState]).toEqual([204, socket.socket.CLOSED]);
    });
    await iota.close();
  });
});
