import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { type AppError } from '../../errors/app-error.js';
import { BooleanField, ChoiceField, EmailField, Field, IntegerField, PastDateField, TextField } from './fields.js';
import { InputPipe } from './input.pipe.js';

class Member {
  @TextField({ max: 5, pattern: /^[a-z]+$/ })
  name!: string;
}

/** The values that the fields got. */
const seen: unknown[] = [];

class Thing {
  @TextField({ max: 5 })
  title!: string;

  @IntegerField({ min: 0, max: 10, optional: true })
  count?: number;

  @IntegerField({ min: 1, max: 10, optional: true, nullable: true })
  limit?: number | null;

  @BooleanField({ optional: true })
  open: boolean = false;

  @ChoiceField({ name: 'Letter', values: ['a', 'b'] }, { optional: true })
  kind?: string;

  @PastDateField({ optional: true })
  day?: string;

  @EmailField({ optional: true })
  email?: string;

  @Field('any', (value) => void seen.push(value), {}, { optional: true })
  any?: unknown;

  @Type(() => Member)
  @ValidateNested({ each: true })
  members: Member[] = [];
}

const run = (value: unknown): Promise<unknown> =>
  new InputPipe().transform(value, { type: 'body', metatype: Thing, data: undefined });
const faults = async (value: unknown) => {
  const error = (await run(value).catch((thrown: unknown) => thrown)) as AppError;
  expect(error).toMatchObject({ code: 'invalid_input' });
  return error.errors.map(({ field, message }) => `${field}: ${message}`);
};

describe('the input pipe', () => {
  it('accepts an email with space around it, as the store does, but not one that is only space', async () => {
    await run({ title: 't', email: ' ada@example.org\t' });
    expect(await faults({ title: 't', email: '  ' })).toEqual(['email: must be an email address']);
    expect(await faults({ title: 't', email: 'ada @example.org' })).toEqual(['email: must be an email address']);
  });

  it('makes an instance with defaults, keeping absent and null apart', async () => {
    const thing = (await run({ title: 'x', limit: null })) as Thing;
    expect(thing).toBeInstanceOf(Thing);
    expect(thing).toMatchObject({ title: 'x', limit: null, open: false, members: [] });
    expect(thing.count).toBeUndefined();
  });

  it.each([
    [{}, ['title: is required']],
    [{ title: null }, ['title: must be a string']],
    [{ title: 'abcdef' }, ['title: must have 1 to 5 characters']],
    [{ title: ['x'] }, ['title: must be a string']],
    [{ title: { length: 3 } }, ['title: must be a string']],
    [{ title: 'x', count: null }, ['count: must be a whole number from 0 to 10']],
    [{ title: 'x', count: '5' }, ['count: must be a whole number from 0 to 10']],
    [{ title: 'x', count: 1.5 }, ['count: must be a whole number from 0 to 10']],
    [
      { title: 'x', count: 11, open: 'true' },
      ['count: must be a whole number from 0 to 10', 'open: must be true or false'],
    ],
    [{ title: 'x', open: null }, ['open: must be true or false']],
    [{ title: 'x', kind: 'c' }, ['kind: must be one of a, b']],
    [{ title: 'x', day: '2026-02-30' }, ['day: must be a real date']],
    [{ title: 'x', members: [{ name: 'ok' }, { name: 'NO' }] }, ['members.1.name: must match ^[a-z]+$']],
    [{ title: 'x', members: [{ name: 'ok', admin: true }] }, ['members.0.admin: unknown member']],
    [{ title: 'x', extra: 1 }, ['extra: unknown member']],
    [[], [': the body must be a JSON object']],
    [undefined, [': the body must be a JSON object']],
    ['x', [': the body must be a JSON object']],
  ])('finds the errors in %j', async (value, expected) => {
    expect(await faults(value)).toEqual(expected);
  });

  it('passes on values without copying: a copy of a wide object takes seconds', async () => {
    const wide = { a: 1 };
    seen.length = 0;
    for (const any of [wide, [wide]]) await run({ title: 'x', any });
    expect(seen[0]).toBe(wide);
    expect((seen[1] as unknown[])[0]).toBe(wide);
  });

  it('names at most fifty errors, with long field names cut off', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`${n}${'x'.repeat(1_000)}`, 1]));
    const list = await faults(many);
    expect(list).toHaveLength(50);
    expect(Math.max(...list.map(({ length }) => length))).toBeLessThan(250);
  });

  it('never quotes a value', async () => {
    const list = await faults({ title: 'hush-hush-hush', kind: 'hush', day: 'hush', members: [{ name: 'hush hush' }] });
    expect(list.join()).not.toContain('hush');
  });

  it('leaves path parameters and unknown types alone', async () => {
    const pipe = new InputPipe();
    expect(await pipe.transform('5', { type: 'param', metatype: Number, data: 'id' })).toBe('5');
    expect(await pipe.transform({ a: 1 }, { type: 'body', metatype: Object, data: undefined })).toEqual({ a: 1 });
  });
});
