import { expect, it } from 'vitest';
import { DelayWindow } from './delay-window.js';

it('knows the percentiles of the last delays, and of nothing', () => {
  const window = new DelayWindow(100);
  expect(window.read()).toEqual({ p50Ms: 0, p99Ms: 0 });
  window.add(900);
  for (let ms = 100; ms >= 1; ms--) window.add(ms);
  expect(window.read()).toEqual({ p50Ms: 50, p99Ms: 99 });
});
