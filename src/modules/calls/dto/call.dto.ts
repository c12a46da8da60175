import { ApiProperty } from '@nestjs/swagger';
import { ChoiceField } from '../../../common/http/fields.js';
import { PageOf, PageQuery } from '../../../common/http/page.dto.js';
import { type Call } from '../../../entities/calls/call.entity.js';
import { type CallParticipant } from '../../../entities/calls/call-participant.entity.js';
import { type CallOutcome, type CallProtocol, type CallState } from '../call-changes.js';

const STATES = ['ringing', 'live', 'ended'] as const satisfies readonly CallState[];
const PROTOCOLS = ['signaling', 'omikron'] as const satisfies readonly CallProtocol[];
const OUTCOMES = ['completed', 'declined', 'cancelled', 'expired', 'failed'] as const satisfies readonly CallOutcome[];
const TIME = { type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' } as const;

export class CallsQuery extends PageQuery {
  /** Only those in this state. */
  @ChoiceField(STATES, { optional: true })
  state?: CallState;

  /** Only those of this protocol. */
  @ChoiceField(PROTOCOLS, { optional: true })
  protocol?: CallProtocol;
}

export class CallParticipantDto {
  /** Id of the socket (signaling) or of the user (omikron). */
  @ApiProperty({ example: 'oMsgbXwBdVZ5MXTmAAAB' })
  sid!: string;

  @ApiProperty({ example: 'Ala' })
  name!: string;

  /** The account behind it, if it showed one. */
  @ApiProperty({ type: 'integer', required: false, example: 1 })
  userId?: number;

  /** `null` for who never was in the call. */
  @ApiProperty({ ...TIME, nullable: true })
  joinedAt!: string | null;

  @ApiProperty({ ...TIME, nullable: true, example: null })
  leftAt!: string | null;

  @ApiProperty({ example: false })
  muted!: boolean;

  @ApiProperty({ example: false })
  videoOff!: boolean;

  static from({ sid, name, userId, joinedAt, leftAt, muted, videoOff }: CallParticipant): CallParticipantDto {
    return {
      sid,
      name,
      ...(userId !== null && { userId }),
      joinedAt: joinedAt?.toISOString() ?? null,
      leftAt: leftAt?.toISOString() ?? null,
      muted,
      videoOff,
    };
  }
}

export class CallDto {
  @ApiProperty({ type: 'integer', example: 1 })
  id!: number;

  @ApiProperty({ enum: PROTOCOLS, example: 'signaling' })
  protocol!: CallProtocol;

  @ApiProperty({ enum: STATES, example: 'live' })
  state!: CallState;

  /** How it ended; `failed` when the server that carried it was lost. */
  @ApiProperty({ type: 'string', enum: OUTCOMES, nullable: true, example: null })
  outcome!: CallOutcome | null;

  @ApiProperty({ type: [CallParticipantDto] })
  participants!: CallParticipantDto[];

  @ApiProperty(TIME)
  startedAt!: string;

  @ApiProperty({ ...TIME, nullable: true })
  answeredAt!: string | null;

  @ApiProperty({ ...TIME, nullable: true, example: null })
  endedAt!: string | null;

  /** `sid` of the participant who ended it. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  endedBy!: string | null;

  static from({ call, participants }: { call: Call; participants: readonly CallParticipant[] }): CallDto {
    return {
      id: call.id,
      protocol: call.protocol,
      state: call.endedAt !== null ? 'ended' : call.answeredAt !== null ? 'live' : 'ringing',
      outcome: call.outcome,
      participants: participants.map((participant) => CallParticipantDto.from(participant)),
      startedAt: call.startedAt.toISOString(),
      answeredAt: call.answeredAt?.toISOString() ?? null,
      endedAt: call.endedAt?.toISOString() ?? null,
      endedBy: call.endedBy,
    };
  }
}

export class CallPage extends PageOf(CallDto) {}
