import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../config/load-config.js';
import { Lifecycle } from './lifecycle.js';

describe('the lifecycle of a node', () => {
  let lifecycle: Lifecycle;
  beforeEach(() => {
    Logger.overrideLogger(false);
    lifecycle = new Lifecycle(loadConfig({ DRAIN_SECONDS: '1' }));
  });

  it('goes from starting to ready to draining, and never back', async () => {
    expect(lifecycle.state).toBe('starting');
    lifecycle.markReady();
    expect(lifecycle.state).toBe('ready');
    await lifecycle.drain();
    lifecycle.markReady();
    expect(lifecycle.state).toBe('draining');
  });

  it('can be taken out and back repeatedly, and drains each time', () => {
    lifecycle.markReady();
    const undone: AbortSignal[] = [];
    lifecycle.onDrain((signal) => void undone.push(signal));
    lifecycle.takeOut();
    lifecycle.takeOut();
    expect(lifecycle.state).toBe('draining');
    expect(lifecycle.takeBack()).toBe(true);
    expect(lifecycle.state).toBe('ready');
    // Connections that were told to leave are still leaving.
    expect([lifecycle.sendsAway, lifecycle.isGoing]).toEqual([true, false]);
    lifecycle.takeOut();
    expect(undone.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('cannot be taken back once it stops, whether it was out or not', async () => {
    lifecycle.markReady();
    const hook = vi.fn();
    lifecycle.onDrain(hook);
    lifecycle.takeOut();
    await lifecycle.drain();
    expect(hook).toHaveBeenCalledTimes(2);
    expect(lifecycle.takeBack()).toBe(false);
    expect(lifecycle.state).toBe('draining');
  });

  it('is draining before the first hook runs', async () => {
    const seen: string[] = [];
    lifecycle.onDrain(() => void seen.push(lifecycle.state));
    await lifecycle.drain();
    expect(seen).toEqual(['draining']);
  });

  it('runs its hooks in parallel, once, and waits for all', async () => {
    const steps: string[] = [];
    lifecycle.onDrain(async () => {
      steps.push('a begins');
      await sleep(20);
      steps.push('a ends');
    });
    lifecycle.onDrain(() => void steps.push('b'));
    await Promise.all([lifecycle.drain(), lifecycle.drain()]);
    expect(steps).toEqual(['a begins', 'b', 'a ends']);
  });

  it('continues if a hook fails', async () => {
    const other = vi.fn();
    lifecycle.onDrain(() => Promise.reject(new Error('planted')));
    lifecycle.onDrain(other);
    await lifecycle.drain();
    expect(other).toHaveBeenCalledOnce();
  });

  it('does not wait for ever for a hook that hangs', async () => {
    lifecycle = new Lifecycle(loadConfig({ DRAIN_SECONDS: '0' }));
    lifecycle.onDrain(() => new Promise<void>(() => undefined));
    await lifecycle.drain();
  });
});
