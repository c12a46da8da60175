import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuditLog, type AuditNote } from './audit-log.service.js';
import { Refusals } from './refusals.service.js';

const from = (address: string) => ({ address, userAgent: null, requestId: 'r' });
const refusal = (label = 'services.list') =>
  ({ action: 'access.refuse', target: { kind: 'operation', id: label, label }, outcome: 'refused' }) as const;

describe('refused attempts', () => {
  let written: AuditNote[];
  let refusals: Refusals;

  beforeEach(() => {
    vi.useFakeTimers();
    written = [];
    const note = (entry: AuditNote) => Promise.resolve(void written.push(entry));
    refusals = new Refusals({ note } as AuditLog);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are recorded at once, and further ones as a number at the end of the minute', async () => {
    for (let i = 0; i < 1_000; i++)
      refusals.count(refusal(i === 0 ? 'services.list' : 'nodes.list'), from('192.0.2.1'));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(written).toMatchObject([{ target: { id: 'services.list' }, request: { address: '192.0.2.1' } }]);
    await vi.advanceTimersByTimeAsync(1);
    expect(written.slice(1)).toMatchObject([{ count: 999, changes: { targets: ['nodes.list'] } }]);
    refusals.count(refusal(), from('192.0.2.1'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(written).toHaveLength(3);
  });

  it('of a whole /64 count as those of one address', async () => {
    for (let i = 1; i < 100; i++) refusals.count(refusal(), from(`2001:db8::${i}`));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(written.map(({ count }) => count)).toEqual([undefined, 98]);
  });

  it('of very many addresses make few entries', async () => {
    for (let i = 0; i < 10_000; i++) refusals.count(refusal(), from(`10.0.${i >> 8}.${i & 255}`));
    for (let i = 0; i < 10_000; i++)
      refusals.count({ ...refusal(), action: `a${i}` }, from(`10.0.${i >> 8}.${i & 255}`));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(written.length).toBeLessThan(600);
    expect(written.reduce((all, { count = 1 }) => all + count, 0)).toBe(20_000);
  });

  it('are recorded before the server stops', async () => {
    for (let i = 0; i < 3; i++) refusals.count(refusal(), from('192.0.2.1'));
    await refusals.beforeApplicationShutdown();
    expect(written.map(({ count }) => count)).toEqual([undefined, 2]);
  });
});
