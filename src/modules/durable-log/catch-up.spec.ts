import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HubEvent } from '../realtime/hub-event.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { type Hub } from '../realtime/fan-out/hub.js';
import { CatchUp, type PacedReader } from './catch-up.js';
import { type LogKind } from './log-kind.js';
import { type OrderedFeed } from './ordered-feed.js';

describe('catching up', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('closes a reader that accepts nothing, and releases its feed', async () => {
    let isIn = true;
    let gone: () => void = () => undefined;
    const drained = new Promise<void>((resolve) => (gone = resolve));
    const close = vi.fn<PacedReader['close']>(() => {
      isIn = false;
      gone();
    });
    const reader = { close, whenDrained: () => drained } as Partial<PacedReader> as PacedReader;
    const feed = { beginCatchUp: vi.fn<() => void>(), caughtUp: vi.fn<() => void>() };
    const catchUp = new CatchUp({} as LogKind<HubEvent>, {} as Hub);
    const done = catchUp.run(reader, feed as Partial<OrderedFeed<HubEvent>> as OrderedFeed<HubEvent>, 0, () => isIn);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(close).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(close).toHaveBeenCalledWith(DISCONNECT.slowConsumer);
    await done;
    expect(feed.caughtUp).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});
