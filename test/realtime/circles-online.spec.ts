import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AccountPrincipal } from '../../src/modules/auth/principals/device-principal.js';
import { Online } from '../../src/modules/circles/presence/online.service.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { InProcessBroker } from '../../src/modules/realtime/in-process/in-process.broker.js';
import { type RedisNode, startRedisNode } from '../support/redis-node.js';
import { describeRedis } from './node.js';

const user = (userId: number) => ({ kind: 'user', userId }) as AccountPrincipal;
const device = (deviceId: number) => ({ kind: 'device', deviceId }) as AccountPrincipal;

describeRedis('the list of who is online in circles, on two nodes', ['single', 'cluster'], (redis) => {
  let dying: RedisNode;
  let other: RedisNode;
  beforeEach(async () => {
    await redis().flush();
    [dying, other] = [await startRedisNode(redis().url), await startRedisNode(redis().url)];
  });
  afterEach(() => {
    for (const node of [dying, other]) node.die();
  });

  it('includes only those with a socket on a living node, once a dead one has been released', async () => {
    const [there, here] = [dying, other].map(({ presence }) => new Online(presence, new Hub(new InProcessBroker())));
    for (const principal of [user(1), user(2), device(1)]) await there!.enter(principal, `socket of ${principal.kind}`);
    await here!.enter(user(2), 'another socket');
    expect(await here!.usersOnline([1, 2, 3])).toEqual(new Set([1, 2]));
    expect(await here!.devicesOnline([1])).toEqual(new Set([1]));
    dying.die();
    expect(await other.presence.releaseNode(dying.identity.incarnation)).toBe(3);
    expect(await here!.usersOnline([1, 2, 3])).toEqual(new Set([2]));
    expect(await here!.devicesOnline([1])).toEqual(new Set());
    expect(await other.presence.releaseNode(dying.identity.incarnation)).toBe(0);
  });
});
