import { describe, expect, it } from 'vitest';
import { AppError } from '../../../common/errors/app-error.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type Connection } from '../../realtime/connection.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { InProcessBroker } from '../../realtime/in-process/in-process.broker.js';
import { InProcessPresence } from '../../realtime/in-process/in-process.presence.js';
import { deviceChannel, userChannel } from '../circles.channels.js';
import { Online } from './online.service.js';

const user = { kind: 'user', userId: 1 } as AccountPrincipal;

describe('Online', () => {
  it('lasts from the first socket to the end of the last one', async () => {
    const online = new Online(new InProcessPresence(), new Hub(new InProcessBroker()));
    for (const socket of ['a', 'b']) await online.enter(user, socket);
    await online.leave(user, 'a');
    expect(await online.usersOnline([1, 2, 1])).toEqual(new Set([1]));
    await online.leave(user, 'b');
    expect(await online.isUserOnline(1)).toBe(false);
  });

  it('relies on this node’s sockets while the shared state is away, and hides no other error', async () => {
    const [presence, hub] = [new InProcessPresence(), new Hub(new InProcessBroker())];
    const online = new Online(presence, hub);
    const socket = { id: 'a', closed: false, subscriptions: null } as unknown as Connection;
    await hub.subscribe(socket, userChannel(1));
    await hub.subscribe(socket, deviceChannel(2));
    presence.count = () => Promise.reject(new AppError('broker_unavailable', 'away'));
    expect(await online.usersOnline([1, 2])).toEqual(new Set([1]));
    expect(await online.devicesOnline([1, 2])).toEqual(new Set([2]));
    presence.count = () => Promise.reject(new Error('trouble'));
    await expect(online.isUserOnline(1)).rejects.toThrow('trouble');
  });
});
