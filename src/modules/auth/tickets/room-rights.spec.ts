import { describe, expect, it } from 'vitest';
import { rightIn, roomRightsFault, type RoomRights } from './room-rights.js';

describe('rights in rooms', () => {
  it('are found by the exact name, then by the longest prefix', () => {
    const rights: RoomRights = { '*': 'read', 'team-*': 'write', 'team-a*': 'readwrite', 'team-ab': 'read' };
    expect(rightIn(rights, 'other')).toBe('read');
    expect(rightIn(rights, 'team-')).toBe('write');
    expect(rightIn(rights, 'team-a')).toBe('readwrite');
    expect(rightIn(rights, 'team-abc')).toBe('readwrite');
    expect(rightIn(rights, 'team-ab')).toBe('read');
    expect(rightIn({ lobby: 'read' }, 'lobby2')).toBeUndefined();
  });

  it('are not inherited', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) expect(rightIn({ a: 'read' }, name)).toBeUndefined();
    expect(rightIn(JSON.parse('{"__proto__":"read"}') as RoomRights, '__proto__')).toBe('read');
  });

  it.each([
    [null],
    [[]],
    ['*'],
    [{}],
    [{ 'a b': 'read' }],
    [{ 'a*b': 'read' }],
    [{ '**': 'read' }],
    [{ ['x'.repeat(101)]: 'read' }],
    [{ a: 'admin' }],
    [{ a: ['read'] }],
    [Object.fromEntries(Array.from({ length: 1_001 }, (_each, i) => [`r${i}`, 'read']))],
  ])('are refused as %j', (value) => {
    expect(roomRightsFault(value)).toBeDefined();
  });

  it('accept everything that room names may contain', () => {
    expect(roomRightsFault({ 'A-z_9': 'read', '*': 'write', 'a-*': 'readwrite' })).toBeUndefined();
  });
});
