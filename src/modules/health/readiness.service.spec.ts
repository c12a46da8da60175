import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load-config.js';
import { type DatabaseHealth } from '../database/database-health.js';
import { Lifecycle } from './lifecycle.js';
import { ReadinessService } from './readiness.service.js';

function setUp(answer: () => boolean = () => true): { lifecycle: Lifecycle; readiness: ReadinessService } {
  const lifecycle = new Lifecycle(loadConfig({ DRAIN_SECONDS: '0' }));
  const database = { state: () => Promise.resolve({ up: answer(), latency: 1 }) } as DatabaseHealth;
  return { lifecycle, readiness: new ReadinessService(lifecycle, database) };
}

describe('ReadinessService', () => {
  it('is starting until the server listens, then ok', async () => {
    const { lifecycle, readiness } = setUp();
    expect(await readiness.read()).toEqual({ status: 'starting', away: [] });
    lifecycle.markReady();
    expect(await readiness.read()).toEqual({ status: 'ok', away: [] });
  });

  it('is degraded, and names the database, while that is away', async () => {
    let up = false;
    const { lifecycle, readiness } = setUp(() => up);
    lifecycle.markReady();
    expect(await readiness.read()).toEqual({ status: 'degraded', away: ['database'] });
    up = true;
    expect(await readiness.read()).toEqual({ status: 'ok', away: [] });
  });

  it('is draining from the first moment of the drain on, also for a probe that was under way', async () => {
    const { lifecycle, readiness } = setUp();
    lifecycle.markReady();
    const probe = readiness.read();
    void lifecycle.drain();
    expect((await probe).status).toBe('draining');
    expect((await readiness.read()).status).toBe('draining');
  });
});
