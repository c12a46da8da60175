import { Transform } from 'class-transformer';
import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../../common/http/dto.js';
import { MAX_ID } from '../../../../common/http/paging/cursor.js';
import { ApiChoice, Field, TextField } from '../../../../common/http/input/fields.js';
import { LimitQuery, PageOf } from '../../../../common/http/paging/page.dto.js';
import { fits, MAX_CHARACTERS } from '../../../../common/text/characters.js';
import { MAX_CLIENT_ID, MAX_FILES, type MessageState } from '../messages.service.js';
import { decodeMessageCursor } from '../message-cursor.js';

const MAX_FILENAME = 1_000;
const MAX_WORDS = 200;

/** Any text goes, also what other members of other requests may not hold: it comes out as it went in. */
const contentFault = (min: number) => (value: unknown) =>
  typeof value === 'string' && value.length >= min && fits(value, MAX_CHARACTERS.message)
    ? undefined
    : `must be a string of ${min} to ${MAX_CHARACTERS.message} characters`;

function filesFault(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length > MAX_FILES) return `must be a list of at most ${MAX_FILES} names`;
  const fine = value.every((name) => typeof name === 'string' && name.length > 0 && fits(name, MAX_FILENAME));
  return fine ? undefined : `must hold names of 1 to ${MAX_FILENAME} characters`;
}

export class SendMessageRequest {
  /** Required unless there are files. */
  @Field(
    'content',
    contentFault(0),
    { type: 'string', maxLength: MAX_CHARACTERS.message },
    { optional: true, example: 'hi' },
  )
  text?: string;

  /** Names of files that will be uploaded; the answer holds a media for each. */
  @Field(
    'files',
    filesFault,
    { type: 'array', items: { type: 'string', minLength: 1, maxLength: MAX_FILENAME }, maxItems: MAX_FILES } as object,
    { optional: true, example: ['a.jpg'] },
  )
  files?: string[];

  /** Chosen by the client; repeating it makes no second message. */
  @TextField({ max: MAX_CLIENT_ID, optional: true, example: '1c9e4a2f' })
  clientMessageId?: string;
}

export class EditMessageRequest {
  /** Replaces the old text. */
  @Field(
    'content',
    contentFault(1),
    { type: 'string', minLength: 1, maxLength: MAX_CHARACTERS.message },
    { example: 'hello' },
  )
  text!: string;
}

function toNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
}

const idFault = (value: unknown) =>
  typeof value === 'number' && value >= 0 && value <= MAX_ID ? undefined : 'must be the id of a message';

export class MessageQuery extends LimitQuery {
  /** `nextCursor` of the previous page; continues in the same direction. */
  @Field(
    'cursor',
    (value) =>
      typeof value === 'string' && decodeMessageCursor(value) ? undefined : 'must be a cursor that this list answered',
    { type: 'string', maxLength: 64 },
    { optional: true },
  )
  cursor?: string;

  /** Messages after this one, ascending. */
  @Transform(toNumber)
  @Field('after', idFault, { type: 'integer', format: 'int32', minimum: 0 }, { optional: true, example: 0 })
  after?: number;

  /** Messages before this one, descending; without `after` and `before`, from the newest on. */
  @Transform(toNumber)
  @Field('before', idFault, { type: 'integer', format: 'int32', minimum: 0 }, { optional: true, example: 12 })
  before?: number;

  /** Only messages with these words; `"…"` for a phrase, `-` for a word to exclude, `or` between two. */
  @TextField({ max: MAX_WORDS, optional: true, example: 'holiday photos' })
  q?: string;
}

/** Who wrote a message. */
export class SenderDto {
  /** Whether it is a person or a device. */
  @ApiChoice({ name: 'SenderKind', values: ['user', 'device'] }, { example: 'user' })
  kind!: 'user' | 'device';

  /** Id of the account or device. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  id!: number;

  /** Of a person. */
  @ApiProperty({ format: 'email', required: false, example: 'ada@example.org' })
  email?: string;

  /** Of a person. */
  @ApiProperty({ required: false, example: 'Ada' })
  firstName?: string;

  /** Of a person. */
  @ApiProperty({ required: false, example: 'Lovelace' })
  lastName?: string;

  /** Of a device. */
  @ApiProperty({ required: false, example: 'Living room' })
  name?: string;

  /** Of a device. */
  @ApiProperty({ required: false, example: 'kmwqzhtbnrva' })
  username?: string;

  /** Whether a socket of it is connected. */
  @ApiProperty({ example: true })
  isOnline!: boolean;
}

/** A file of a message. */
export class MediaDto {
  /** The file's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 9 })
  id!: number;

  /** The message it belongs to. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  messageId!: number;

  /** The name it was announced by. */
  @ApiProperty({ example: 'a.jpg' })
  identifier!: string;

  /** The name it was uploaded with; `null` before the upload. */
  @ApiProperty({ type: 'string', nullable: true, example: 'a.jpg' })
  filename!: string | null;

  /** Of its content; `null` before the upload. */
  @ApiProperty({ type: 'string', nullable: true, example: 'image/jpeg' })
  contentType!: string | null;

  /** Bytes; `null` before the upload. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 48213 })
  size!: number | null;

  /** Whether its content is stored. */
  @ApiProperty({ example: true })
  uploaded!: boolean;

  /** Whether it has a thumbnail. */
  @ApiProperty({ example: true })
  hasThumbnail!: boolean;
}

export class MessageDto {
  /** The message's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  id!: number;

  /** The conversation it was written in. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 3 })
  conversationId!: number;

  /** `null` once the account or device is removed. */
  @ApiProperty({ type: SenderDto, nullable: true })
  sender!: SenderDto | null;

  /** Empty when there are only files. */
  @ApiProperty({ example: 'hi' })
  text!: string;

  /** Its files. */
  @ApiProperty({ type: [MediaDto] })
  media!: MediaDto[];

  /** When it was written. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  sentAt!: string;

  /** `null` when it was not edited. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  editedAt!: string | null;

  /** The client's own name for it; `null` = none. */
  @ApiProperty({ type: 'string', nullable: true, example: '1c9e4a2f' })
  clientMessageId!: string | null;

  static from(message: MessageState): MessageDto {
    return toDto(MessageDto, {
      ...message,
      sender: message.sender && toDto(SenderDto, message.sender),
      media: message.media.map((media) => toDto(MediaDto, media)),
    });
  }
}

export class MessagePage extends PageOf(MessageDto) {}
