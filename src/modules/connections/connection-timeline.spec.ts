import { describe, expect, it } from 'vitest';
import { type ConnectionSnapshot, type EndedConnection } from './connection-snapshot.js';
import { ConnectionTimeline, timelineOf } from './connection-timeline.js';

const snapshot = (changes: Partial<ConnectionSnapshot> = {}): ConnectionSnapshot => ({
  serial: 1,
  protocol: 'circles',
  transport: 'websocket',
  address: '192.0.2.7',
  userAgent: null,
  principal: null,
  places: {},
  connectedAt: 1_000,
  admittedAt: null,
  lastActiveAt: 1_000,
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  queuedBytes: 0,
  channels: 0,
  ...changes,
});
const principal = { kind: 'user', id: '1', label: 'ada@example.org' };
const told = (timeline: ConnectionTimeline, from = 0) =>
  timeline.since(from).map(({ what, detail }) => `${what} ${detail ?? ''}`);

describe('the timeline of a connection', () => {
  it('begins with what is known of any connection, and where it is', () => {
    const admitted = snapshot({ principal, admittedAt: 2_000, places: { account: ['1', 'ada'], circle: ['4', '5'] } });
    const timeline = new ConnectionTimeline(admitted, 9_000);
    expect(told(timeline)).toEqual([
      'connected 192.0.2.7',
      'admitted ada@example.org',
      'present circle 4',
      'present circle 5',
      'present account 1',
    ]);
    expect(timeline.since(0)[1]?.at).toBe('1970-01-01T00:00:02.000Z');
  });

  it('reports admission, joins and leaves once, by comparison', () => {
    const timeline = new ConnectionTimeline(snapshot(), 1_000);
    const admitted = snapshot({ principal, admittedAt: 2_000, places: { circle: ['4'] } });
    timeline.compare(admitted, 3_000);
    timeline.compare(admitted, 4_000);
    timeline.compare({ ...admitted, places: { circle: ['5'] } }, 5_000);
    expect(told(timeline, 1)).toEqual([
      'admitted ada@example.org',
      'joined circle 4',
      'left circle 4',
      'joined circle 5',
    ]);
  });

  it('is bounded, and continues from a number even if events were dropped', () => {
    const timeline = new ConnectionTimeline(snapshot(), 1_000);
    for (let n = 0; n < 300; n++) timeline.add(n, 'refused', String(n));
    expect(timeline.next).toBe(301);
    expect(timeline.since(0)).toHaveLength(200);
    expect(told(timeline, 299)).toEqual(['refused 298', 'refused 299']);
    expect(timeline.since(timeline.next)).toEqual([]);
  });

  it('contains what is remembered of an ended connection', () => {
    const ended: EndedConnection = {
      ...snapshot(),
      endedAt: 5_000,
      endedBy: 'server',
      code: 4008,
      reason: 'too slow, come back and recover',
    };
    expect(timelineOf(ended).map(({ what, detail }) => `${what} ${detail}`)).toEqual([
      'connected 192.0.2.7',
      'closed by the server, code 4008, too slow, come back and recover',
    ]);
    expect(timelineOf({ ...ended, endedBy: 'client', code: null, reason: null }).at(-1)?.detail).toBe('by the client');
  });
});
