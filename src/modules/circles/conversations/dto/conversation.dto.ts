import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../../common/http/dto.js';
import { MAX_ID } from '../../../../common/http/paging/cursor.js';
import {
  ApiChoice,
  BooleanField,
  type Choice,
  EmailField,
  Field,
  IntegerField,
  NameField,
} from '../../../../common/http/input/fields.js';
import { PageOf } from '../../../../common/http/paging/page.dto.js';
import { type ConversationPrivilege } from '../../../../entities/circles/conversation-link.entity.js';
import { type ConversationState } from '../conversations.service.js';
import { PersonDto } from '../../person.dto.js';

const MAX_NAME = 100;
const MAX_MEMBERS = 1_000;
const PRIVILEGE: Choice = { name: 'ConversationPrivilege', values: ['ADMIN', 'STANDARD'] };

const isId = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_ID;

function memberIdsFault(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length > MAX_MEMBERS) return `must be a list of at most ${MAX_MEMBERS} ids`;
  return value.every(isId) ? undefined : 'must hold ids of accounts';
}

export class CreateConversationRequest {
  /** What its members call it. */
  @NameField({ max: MAX_NAME, example: 'Holidays' })
  name!: string;

  /** Accounts that take part from the beginning, besides the creator; members of the circle. */
  @Field(
    'memberIds',
    memberIdsFault,
    { type: 'array', items: { type: 'integer', format: 'int32', minimum: 1 }, maxItems: MAX_MEMBERS } as object,
    { optional: true, example: [7, 8] },
  )
  memberIds?: number[];

  /** Whether the circle's devices take part. */
  @BooleanField({ optional: true, default: false, example: true })
  deviceAccess?: boolean;
}

/** Absent members stay as they are. */
export class UpdateConversationRequest {
  /** What its members call it. */
  @NameField({ max: MAX_NAME, optional: true, example: 'Holidays' })
  name?: string;

  /** Whether the circle's devices may read and write. */
  @BooleanField({ optional: true, example: true })
  deviceAccess?: boolean;
}

/** Exactly one of the two. */
export class AddParticipantRequest {
  /** Id of a member of the circle; or else the email. */
  @IntegerField({ min: 1, max: MAX_ID, optional: true, example: 7 })
  userId?: number;

  /** Email of a member of the circle; or else the id. */
  @EmailField({ optional: true })
  email?: string;
}

/** Somebody who takes part in a conversation. */
export class ParticipantDto extends PersonDto {
  /** What they may do here. */
  @ApiChoice(PRIVILEGE, { example: 'STANDARD' })
  privilege!: ConversationPrivilege;

  /** Id of the newest message they have read; 0 before the first. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  readMessageId!: number;

  /** Whether a socket of the account is authenticated. */
  @ApiProperty({ example: true })
  isOnline!: boolean;
}

/** A conversation as whoever asks sees it. */
export class ConversationDto {
  /** The conversation's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 3 })
  id!: number;

  /** The circle it belongs to. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  circleId!: number;

  /** What its members call it. */
  @ApiProperty({ example: 'Holidays' })
  name!: string;

  /** Whether the circle's devices take part. */
  @ApiProperty({ example: true })
  deviceAccess!: boolean;

  /** Of whoever asks; `null` for a device. */
  @ApiChoice(PRIVILEGE, { nullable: true, example: 'ADMIN' })
  privilege!: ConversationPrivilege | null;

  /** Messages of others after the caller's read marker, counted up to 1,000; 0 for a device. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 2 })
  unreadCount!: number;

  /** The caller's read marker: id of the newest message they have read, 0 before the first. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  readMessageId!: number;

  /** 0 before the first. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 14 })
  lastMessageId!: number;

  /** Who takes part. */
  @ApiProperty({ type: [ParticipantDto] })
  members!: ParticipantDto[];

  /** When it was made. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it was last changed. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  updatedAt!: string;

  static from(state: ConversationState): ConversationDto {
    return toDto(ConversationDto, {
      ...state,
      members: state.participants.map((participant) => toDto(ParticipantDto, participant)),
    });
  }
}

export class ConversationPage extends PageOf(ConversationDto) {}

export class MarkReadRequest {
  /** Everything up to this message has been read. */
  @IntegerField({ min: 1, max: MAX_ID, example: 12 })
  messageId!: number;
}

export class ReadMarkerDto {
  /** The current position of the marker; it never moves back. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  messageId!: number;
}
