import { describe, expect, it } from 'vitest';
import { toDto, toDtoPage } from './dto.js';

class ThingDto {
  id!: number;
  label!: string | null;
  createdAt!: string;
  endedAt!: string | null;
}

class NamedThingDto extends ThingDto {
  name?: string;
}

const ROW = { id: 1, label: null, secret: 'x', createdAt: new Date(0), endedAt: null };

describe('toDto', () => {
  it('copies what the class declares, and nothing else from the row', () => {
    expect(JSON.stringify(toDto(ThingDto, ROW))).toBe(
      '{"id":1,"label":null,"createdAt":"1970-01-01T00:00:00.000Z","endedAt":null}',
    );
  });

  it('copies inherited members, and leaves out missing ones', () => {
    expect(JSON.stringify(toDto(NamedThingDto, ROW))).toBe(JSON.stringify(toDto(ThingDto, ROW)));
    expect(toDto(NamedThingDto, { ...ROW, name: 'a' })).toMatchObject({ id: 1, name: 'a' });
  });

  it('makes an instance of the class', () => {
    expect(toDto(ThingDto, ROW)).toBeInstanceOf(ThingDto);
  });
});

describe('toDtoPage', () => {
  it('keeps the order and the cursor', () => {
    const { items, nextCursor } = toDtoPage(ThingDto, { items: [{ ...ROW, id: 2 }, ROW], nextCursor: 'c' });
    expect(items.map(({ id }) => id)).toEqual([2, 1]);
    expect(nextCursor).toBe('c');
  });
});
