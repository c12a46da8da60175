import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Feeds } from './feeds.service.js';

describe('Feeds', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has one timer, only while somebody watches', async () => {
    const feeds = new Feeds();
    expect(vi.getTimerCount()).toBe(0);
    let [looks, others] = [0, 0];
    const look = async () => {
      looks++;
      await Promise.resolve();
    };
    const other = async () => {
      others++;
      await Promise.resolve();
    };
    feeds.look(look);
    feeds.look(look);
    feeds.look(other);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect([looks, others]).toEqual([2, 2]);
    feeds.rest(other);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([looks, others]).toEqual([3, 2]);
    feeds.rest(look);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not look again before the previous look has ended', async () => {
    const feeds = new Feeds();
    let looks = 0;
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    const look = () => {
      looks++;
      return promise;
    };
    feeds.look(look);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(looks).toBe(1);
    resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(looks).toBe(2);
  });
});
