import { expect, it } from 'vitest';
import { DelayWindow } from './delay-window.js';

it('knows the percentiles of the last delays, and copes with none', () => {
  const window = new DelayWindow(100);
  expect(window.read()).toEqual({ p50Ms: 0, p99Ms: 0 });
  window.add(900);
  for (let ms = 100; ms >= 1; ms--) window.add(ms);
  expect(window.read()).toEqual({ p50Ms: 50, p99Ms: 99 });
});

it('starts over once its delays have been read', () => {
  const window = new DelayWindow(2);
  expect(window.take()).toBeUndefined();
  for (const ms of [1, 2, 3]) window.add(ms);
  expect(window.take()).toEqual({ p50Ms: 2, p99Ms: 3 });
  expect(window.take()).toBeUndefined();
  window.add(7);
  expect(window.take()).toEqual({ p50Ms: 7, p99Ms: 7 });
});
