import { describe, expect, it } from 'vitest';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { Tickets } from './tickets.service.js';

const holder = { address: '192.0.2.1', closed: false };
const claims = { kind: 'user', id: 5, loginId: 9 } as const;

function scene() {
  let now = 0;
  const clock = { elapsed: () => now };
  const store = new InProcessEphemeralStore(clock);
  const tickets = new Tickets(store, new AttemptThrottle(store, clock));
  return {
    tickets,
    store,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('tickets', () => {
  it('are valid once, for whoever comes first', async () => {
    const { tickets } = scene();
    const ticket = await tickets.issue('account', claims);
    const tries = Array.from({ length: 5 }, () => tickets.redeem('account', ticket, holder));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([{ status: 'fulfilled', value: claims }]);
  });

  it('are valid for 30 seconds', async () => {
    const { tickets, pass } = scene();
    const [early, late] = [await tickets.issue('account', claims), await tickets.issue('account', claims)];
    pass(29_999);
    expect(await tickets.redeem('account', early, holder)).toEqual(claims);
    pass(1);
    await expect(tickets.redeem('account', late, holder)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('are not used up where another kind is expected', async () => {
    const { tickets } = scene();
    const ticket = await tickets.issue('account', claims);
    await expect(tickets.redeem('lobby', ticket, holder)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await tickets.redeem('account', ticket, holder)).toEqual(claims);
  });

  it.each([[undefined], [null], [7], [{}], [''], ['sbt_account_'], [`sbt_account_${'x'.repeat(44)}`]])(
    'are not %j',
    async (text) => {
      const { tickets } = scene();
      await expect(tickets.redeem('account', text, holder)).rejects.toMatchObject({ code: 'unauthenticated' });
    },
  );

  it('are not stored in clear text', async () => {
    const { tickets, store } = scene();
    const ticket = await tickets.issue('account', claims);
    const kept = JSON.stringify([...(store as unknown as { entries: Map<string, unknown> }).entries]);
    expect(kept).toContain('tickets:account:');
    expect(kept).not.toContain(ticket.slice('sbt_account_'.length));
  });
});
