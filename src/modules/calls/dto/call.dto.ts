import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { ApiChoice, type Choice, ChoiceField, TextField, TimeField } from '../../../common/http/input/fields.js';
import { PageOf, PageQuery } from '../../../common/http/paging/page.dto.js';
import { type Call } from '../../../entities/calls/call.entity.js';
import { type CallParticipant } from '../../../entities/calls/call-participant.entity.js';
import { type CallFailure, type CallOutcome, type CallProtocol, type CallState } from '../call-changes.js';

const STATE: Choice = { name: 'CallState', values: ['ringing', 'live', 'ended'] satisfies CallState[] };
const PROTOCOL: Choice = { name: 'CallProtocol', values: ['signaling', 'omikron'] satisfies CallProtocol[] };
const OUTCOME: Choice = {
  name: 'CallOutcome',
  values: ['completed', 'declined', 'cancelled', 'expired', 'failed'] satisfies CallOutcome[],
};
const FAILURE: Choice = { name: 'CallFailure', values: ['node_lost', 'abandoned'] satisfies CallFailure[] };
const TIME = { type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' } as const;

export class CallsQuery extends PageQuery {
  /** Only those in this state. */
  @ChoiceField(STATE, { optional: true })
  state?: CallState;

  /** Only those of this protocol. */
  @ChoiceField(PROTOCOL, { optional: true })
  protocol?: CallProtocol;

  /** Only those that ended this way. */
  @ChoiceField(OUTCOME, { optional: true, example: 'failed' })
  outcome?: CallOutcome;

  /** Only those with this participant: the `sid` or the whole name, or the id or email of the account. */
  @TextField({ max: 254, optional: true, example: 'ada@example.org' })
  participant?: string;

  /** Only those that began at this time or later. */
  @TimeField({ optional: true, example: '2026-01-01T00:00:00Z' })
  from?: string;

  /** Only those that began before this time. */
  @TimeField({ optional: true, example: '2026-02-01T00:00:00Z' })
  to?: string;
}

export class CallParticipantDto {
  /** Id of the socket (signaling) or of the user (omikron). */
  @ApiProperty({ example: 'oMsgbXwBdVZ5MXTmAAAB' })
  sid!: string;

  /** What the others saw of it. */
  @ApiProperty({ example: 'Ala' })
  name!: string;

  /** The account behind it, if it showed one. */
  @ApiProperty({ type: 'integer', format: 'int32', required: false, example: 1 })
  userId?: number;

  /** `null` for those who never were in the call. */
  @ApiProperty({ ...TIME, nullable: true })
  joinedAt!: string | null;

  /** When it last left; `null` while it is present. */
  @ApiProperty({ ...TIME, nullable: true, example: null })
  leftAt!: string | null;

  /** Whether its microphone was last off. */
  @ApiProperty({ example: false })
  muted!: boolean;

  /** Whether its camera was last off. */
  @ApiProperty({ example: false })
  videoOff!: boolean;

  static from({ userId, ...participant }: CallParticipant): CallParticipantDto {
    return toDto(CallParticipantDto, { ...participant, ...(userId !== null && { userId }) });
  }
}

export class CallDto {
  /** The call's id in the ledger. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** The message language it was made in. */
  @ApiChoice(PROTOCOL, { example: 'signaling' })
  protocol!: CallProtocol;

  /** The id its participants know it by, in lower case; `null` in a protocol that has none. */
  @ApiProperty({ type: 'string', nullable: true, example: '5f8d3c52-9a3e-4b7e-8f0a-1c2d3e4f5a6b' })
  callId!: string | null;

  /** Where it stands. */
  @ApiChoice(STATE, { example: 'live' })
  state!: CallState;

  /** How it ended; `null` while it has not. */
  @ApiChoice(OUTCOME, { nullable: true, example: null })
  outcome!: CallOutcome | null;

  /**
   * Why it failed; else `null`. `node_lost`: the server of a participant was lost; `abandoned`: no server knew of the
   * call any more.
   */
  @ApiChoice(FAILURE, { nullable: true, example: null })
  reason!: CallFailure | null;

  /** Who rang, was rung, or was in the call. */
  @ApiProperty({ type: [CallParticipantDto] })
  participants!: CallParticipantDto[];

  /** When it began to ring, or began. */
  @ApiProperty(TIME)
  startedAt!: string;

  /** Counted from when it became live; `null` = it never was. */
  @ApiProperty({ ...TIME, nullable: true })
  answeredAt!: string | null;

  /** When it ended; `null` while it has not. */
  @ApiProperty({ ...TIME, nullable: true, example: null })
  endedAt!: string | null;

  /** `sid` of the participant who ended it; `account:<id>` of an admin who ended it from outside. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  endedBy!: string | null;

  static from({ call, participants }: { call: Call; participants: readonly CallParticipant[] }): CallDto {
    return toDto(CallDto, {
      ...call,
      callId: call.wireId,
      state: call.endedAt !== null ? 'ended' : call.answeredAt !== null ? 'live' : 'ringing',
      participants: participants.map((participant) => CallParticipantDto.from(participant)),
    });
  }
}

export class CallPage extends PageOf(CallDto) {}
