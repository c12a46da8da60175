import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../common/time/clock.js';
import { SystemMonotonicClock } from '../../common/time/monotonic-clock.js';
import { loadConfig } from '../../config/load-config.js';
import { type DatabaseHealth } from '../database/database-health.js';
import { BusHealth } from '../realtime/ports/bus-health.js';
import { Absences } from './absences.service.js';
import { Lifecycle } from './lifecycle.js';
import { ReadinessService } from './readiness.service.js';

function setUp(answer: () => boolean = () => true): {
  lifecycle: Lifecycle;
  bus: BusHealth;
  readiness: ReadinessService;
} {
  const lifecycle = new Lifecycle(loadConfig({ DRAIN_SECONDS: '0' }));
  const database = { state: () => Promise.resolve({ up: answer(), latency: 1 }) } as DatabaseHealth;
  const bus = new BusHealth();
  const absences = new Absences(lifecycle, bus, new SystemClock(), new SystemMonotonicClock());
  return { lifecycle, bus, readiness: new ReadinessService(lifecycle, database, bus, absences) };
}

describe('ReadinessService', () => {
  it('is starting until the server listens, then ok', async () => {
    const { lifecycle, readiness } = setUp();
    expect(await readiness.read()).toMatchObject({ status: 'starting', away: [] });
    lifecycle.markReady();
    expect(await readiness.read()).toMatchObject({ status: 'ok', away: [] });
  });

  it('is degraded, and names the database, while it is away', async () => {
    let up = false;
    const { lifecycle, readiness } = setUp(() => up);
    lifecycle.markReady();
    expect(await readiness.read()).toMatchObject({ status: 'degraded', away: ['database'] });
    up = true;
    expect(await readiness.read()).toMatchObject({ status: 'ok', away: [] });
  });

  it('is degraded while no node has the bus, and not ready while others have it', async () => {
    const { lifecycle, bus, readiness } = setUp();
    lifecycle.markReady();
    bus.state = 'away';
    expect(await readiness.read()).toMatchObject({ status: 'degraded', away: ['redis'] });
    bus.state = 'deaf';
    expect(await readiness.read()).toMatchObject({ status: 'deaf', away: ['redis'] });
    bus.state = 'ok';
    expect(await readiness.read()).toMatchObject({ status: 'ok', away: [] });
  });

  it('is draining from the start of the drain, even for a probe already under way', async () => {
    const { lifecycle, readiness } = setUp();
    lifecycle.markReady();
    const probe = readiness.read();
    void lifecycle.drain();
    expect((await probe).status).toBe('draining');
    expect((await readiness.read()).status).toBe('draining');
  });
});
