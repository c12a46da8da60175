import { type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { decodeIdCursor, MAX_CURSOR, MAX_LIMIT, type Page } from './cursor.js';
import { Field, NameField } from '../input/fields.js';
import { decodePlace, MAX_PLACE_CURSOR } from './place-cursor.js';

const limitFault = (value: unknown): string | undefined =>
  typeof value === 'number' && value >= 1 ? undefined : 'must be a whole number from 1';

const cursorFault = (value: unknown): string | undefined =>
  typeof value === 'string' && decodeIdCursor(value) !== undefined
    ? undefined
    : 'must be a cursor that a list answered';

/** Digits become a number, cut to the largest page; anything else is left for the validator to refuse. */
function toLimit({ value }: { value: unknown }): unknown {
  if (typeof value !== 'string' || !/^-?\d{1,400}$/.test(value)) return value;
  return Math.min(Number(value), MAX_LIMIT);
}

/** How much of a list is wanted. */
export class LimitQuery {
  /** Maximum number of items per page; more than 200 is reduced to 200. */
  @Transform(toLimit)
  @Field('limit', limitFault, { type: 'integer', format: 'int32', minimum: 1 }, { optional: true, default: 50 })
  limit: number = 50;
}

/** Query of every list that is paged by ascending id. */
export class PageQuery extends LimitQuery {
  /** `nextCursor` of the previous page. */
  @Field('cursor', cursorFault, { type: 'string', maxLength: MAX_CURSOR }, { optional: true })
  cursor?: string;
}

const MAX_SEARCH = 100;

/** Query of a list that can be searched. */
export class SearchQuery extends PageQuery {
  /** Words that must all occur, anywhere, case-insensitive. */
  @NameField({ max: MAX_SEARCH, optional: true, example: 'plan' })
  q?: string;
}

const placeFault = (value: unknown): string | undefined =>
  typeof value === 'string' && decodePlace(value) !== undefined ? undefined : 'must be a cursor that a list answered';

/** Query of a list of what is live, in the order it came. */
export class PlaceQuery extends LimitQuery {
  /** `nextCursor` of the previous page. */
  @Field('cursor', placeFault, { type: 'string', maxLength: MAX_PLACE_CURSOR }, { optional: true })
  cursor?: string;
}

/** The class of a page, for OpenAPI. Extend it per item: `class ThingPage extends PageOf(ThingDto) {}`. */
export function PageOf<T>(item: Type<T>): Type<Page<T>> {
  class PageDto implements Page<T> {
    @ApiProperty({ type: [item], description: 'What is on this page.' })
    items!: readonly T[];

    @ApiProperty({
      type: 'string',
      nullable: true,
      description: '`cursor` of the next page; `null` on the last one.',
      example: null,
    })
    nextCursor!: string | null;
  }
  return PageDto;
}
