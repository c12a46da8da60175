import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ANY_JSON, Field } from '../../../common/http/input/fields.js';
import { MAX_LIMIT } from '../../../common/http/paging/cursor.js';
import { textFault } from '../../../common/http/input/text-rules.js';
import { Verbatim } from '../../../common/http/input/verbatim.js';
import { type MessagePlace } from '../rooms.events.js';
import { IdentityField } from '../endpoints/endpoint.dto.js';

const messageFault = (value: unknown): string | undefined => (value === undefined ? 'is required' : undefined);

export class PublishToRoomRequest {
  /** Any JSON value, also `null`; delivered as it is written. */
  @Verbatim()
  @Field('message', messageFault, ANY_JSON, { example: { text: 'hello' } })
  message!: unknown;

  /** The sender's name; absent = the application's name. */
  @IdentityField()
  identity?: string;
}

/** Where the message stands in a durable room; both `null` in a room that keeps none. */
export class PublishedDto {
  /** Its position in the room. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 42 })
  offset!: number | null;

  /** What the offset belongs to. */
  @ApiProperty({ type: 'string', nullable: true, example: '5f0c2b7a91de' })
  epoch!: string | null;

  static from(place: MessagePlace | null): PublishedDto {
    return { offset: place?.offset ?? null, epoch: place?.epoch ?? null };
  }
}

const offsetFault = (value: unknown): string | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'must be a whole number from 0';
const limitFault = (value: unknown): string | undefined =>
  typeof value === 'number' && value >= 1 ? undefined : 'must be a whole number from 1';
const epochFault = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 64 ? textFault(value) : 'must be an epoch';
const cursorFault = (value: unknown): string | undefined =>
  typeof value === 'string' && decodeCursor(value) !== undefined ? undefined : 'must be a cursor that a list answered';

function toNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

/** Query of a room's history: ascending from an offset, or continued by a cursor. */
export class HistoryQuery {
  /** Offset of the last known message. */
  @Transform(toNumber)
  @Field('offset', offsetFault, { type: 'integer', format: 'int64', minimum: 0 }, { optional: true, default: 0 })
  after: number = 0;

  /** Epoch of that offset; if it is not the room's, the answer is 409. */
  @Field('epoch', epochFault, { type: 'string', maxLength: 64 }, { optional: true })
  epoch?: string;

  /** Maximum number of items per page; more than 200 is reduced to 200. Long messages make shorter pages. */
  @Transform(({ value }: { value: unknown }) => {
    const number = toNumber({ value });
    return typeof number === 'number' ? Math.min(number, MAX_LIMIT) : number;
  })
  @Field('limit', limitFault, { type: 'integer', format: 'int32', minimum: 1 }, { optional: true, default: 50 })
  limit: number = 50;

  /** `nextCursor` of the previous page; takes precedence over `after` and `epoch`. */
  @Field('cursor', cursorFault, { type: 'string', maxLength: 64 }, { optional: true })
  cursor?: string;

  static position(query: HistoryQuery): { after: number; epoch: string | undefined } {
    const { cursor, after, epoch } = query;
    return (cursor === undefined ? undefined : decodeCursor(cursor)) ?? { after, epoch };
  }
}

/** Includes the epoch, so that a cursor of an earlier epoch is noticed. */
export function encodeCursor(epoch: string, offset: number): string {
  return Buffer.from(`${epoch}:${offset}`).toString('base64url');
}

function decodeCursor(cursor: string): { after: number; epoch: string } | undefined {
  const match = /^([0-9a-f]{1,16}):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  return match ? { epoch: match[1] ?? '', after: Number(match[2]) } : undefined;
}

export class RoomMessageDto {
  /** Its position in the room. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 42 })
  offset!: number;

  /** Any JSON value, as it was written. */
  @ApiProperty({ ...ANY_JSON, example: { text: 'hello' } })
  message!: unknown;

  /** Who sent it. */
  @ApiProperty({ example: 'alice' })
  identity!: string;

  /** When it was sent. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  timestamp!: string;
}

/** A page of history. */
export class RoomMessagePage {
  /** Ascending by offset. */
  @ApiProperty({ type: [RoomMessageDto] })
  items!: readonly RoomMessageDto[];

  /** `cursor` of the next page; `null` on the last one. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextCursor!: string | null;

  /** What the offsets belong to. */
  @ApiProperty({ example: '5f0c2b7a91de' })
  epoch!: string;

  /** Offset of the newest message. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 42 })
  offset!: number;
}
