import { describe, expect, it } from 'vitest';
import { type Clock } from '../../common/time/clock.js';
import { loadConfig } from '../../config/load-config.js';
import { BusHealth } from '../realtime/ports/bus-health.js';
import { Absences } from './absences.service.js';
import { Lifecycle } from './lifecycle.js';

describe('Absences', () => {
  let elapsed = 10_000;
  let wall = Date.parse('2026-01-01T12:00:00Z');
  const pass = (ms: number) => {
    elapsed += ms;
    wall += ms;
  };
  const lifecycle = new Lifecycle(loadConfig({}));
  const bus = new BusHealth();
  const absences = new Absences(lifecycle, bus, { now: () => wall } as Clock, { elapsed: () => elapsed });

  it('says since when, whenever it is asked, and follows steps of the wall clock', () => {
    expect(absences.list(true)).toEqual([]);
    bus.heardAt = elapsed;
    bus.state = 'away';
    pass(60_000);
    expect(absences.list(true)).toEqual([{ what: 'redis', since: '2026-01-01T12:00:00.000Z' }]);
    // The clocks drift a little.
    wall += 3;
    expect(absences.list(true)).toEqual([{ what: 'redis', since: '2026-01-01T12:00:00.000Z' }]);
    wall -= 3_600_003;
    expect(absences.list(true)).toEqual([{ what: 'redis', since: '2026-01-01T11:00:00.000Z' }]);
    bus.state = 'ok';
    expect(absences.list(true)).toEqual([]);
  });

  it('remembers when it first found something away, if nothing else knows', () => {
    const [found] = absences.list(false);
    pass(5_000);
    expect(absences.list(false)).toEqual([found]);
    expect(absences.list(true)).toEqual([]);
    expect(absences.list(false)).not.toEqual([found]);
  });

  it('names what parts of the node report as missing', () => {
    lifecycle.onReadiness(() => ({ what: 'media', since: elapsed - 1_000 }));
    expect(absences.list(true)).toEqual([{ what: 'media', since: new Date(wall - 1_000).toISOString() }]);
  });
});
