import { describe, expect, it } from 'vitest';
import { channel } from '../../channel.js';
import { hashSlot, SLOTS } from '../connection/hash-slot.js';
import { partitionedName, partitionOf } from './channel-name.js';

const rooms = Array.from({ length: 20_000 }, (_none, n) => channel('rooms', n, 'readers'));

describe('channel names of a cluster', () => {
  it('share a partition if their channels belong together', () => {
    for (const [one, other] of [
      [channel('rooms', 5, 'readers'), channel('rooms', 5, 'log')],
      [channel('omikron', 'session', 'x', 'clients'), channel('omikron', 'session', 'x', 'iota')],
    ] as const) {
      expect(partitionOf(partitionedName(one))).toBe(partitionOf(partitionedName(other)));
    }
  });

  it('fall evenly into 256 equally spaced slots, whatever names clients choose', () => {
    const places = new Map<number, number>();
    for (const each of rooms) {
      const place = Math.floor((hashSlot(partitionedName(each)) * 256) / SLOTS);
      places.set(place, (places.get(place) ?? 0) + 1);
    }
    expect(places.size).toBe(256);
    expect(Math.max(...places.values())).toBeLessThan((3 * rooms.length) / 256);
    const hostile = channel('services', '}{x', '{0}');
    expect(hashSlot(`sb:c:${partitionedName(hostile)}`)).toBe(hashSlot(partitionOf(partitionedName(hostile)).slice(1)));
  });
});
