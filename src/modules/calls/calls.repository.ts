import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository, type SelectQueryBuilder } from 'typeorm';
import { Call } from '../../entities/calls/call.entity.js';
import { CallParticipant } from '../../entities/calls/call-participant.entity.js';
import { type CallOutcome, type CallProtocol, type CallState } from './call-changes.js';

export interface CallFilter {
  readonly state?: CallState | undefined;
  readonly protocol?: CallProtocol | undefined;
  readonly outcome?: CallOutcome | undefined;
  /** Who took part: `sid`, name, or id or email of the account. */
  readonly participant?: string | undefined;
  // When it began, RFC 3339: at or after `from`, before `to`.
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only calls this account took part in. */
  readonly userId?: number | undefined;
}

export interface RecordedCall {
  readonly id: number;
  readonly call: Call;
  readonly participants: readonly CallParticipant[];
}

const STATES: Record<CallState, string> = {
  ringing: 'c.ended_at IS NULL AND c.answered_at IS NULL',
  live: 'c.ended_at IS NULL AND c.answered_at IS NOT NULL',
  ended: 'c.ended_at IS NOT NULL',
};

/** A UNION, so that each part uses its own index. */
const WITH_PARTICIPANT = `c.id IN (
  SELECT call_id FROM call_participants WHERE sid = :participant
  UNION SELECT call_id FROM call_participants WHERE name = :participant
  UNION SELECT p.call_id FROM call_participants p JOIN users u ON u.id = p.user_id
    WHERE u.id = CAST(:accountId AS integer) OR u.email = lower(:participant))`;

const TOOK_PART = `EXISTS (SELECT FROM call_participants mine WHERE mine.call_id = c.id AND mine.user_id = :userId)`;

@Injectable()
export class CallsRepository {
  constructor(
    @InjectRepository(Call) private readonly calls: Repository<Call>,
    @InjectRepository(CallParticipant) private readonly participants: Repository<CallParticipant>,
  ) {}

  /** The newest first, before `beforeId`. */
  async page(filter: CallFilter, beforeId: number | undefined, take: number): Promise<RecordedCall[]> {
    const query = this.select(filter).orderBy('c.id', 'DESC').limit(take);
    if (beforeId !== undefined) query.andWhere('c.id < :beforeId', { beforeId });
    return this.withParticipants(await query.getMany());
  }

  async find(id: number, filter: CallFilter): Promise<RecordedCall | undefined> {
    const call = await this.select(filter).andWhere('c.id = :id', { id }).getOne();
    return call === null ? undefined : (await this.withParticipants([call]))[0];
  }

  private select(filter: CallFilter): SelectQueryBuilder<Call> {
    const { state, protocol, outcome, participant, from, to, userId } = filter;
    const query = this.calls.createQueryBuilder('c').where('true');
    if (state !== undefined) query.andWhere(STATES[state]);
    if (protocol !== undefined) query.andWhere('c.protocol = :protocol', { protocol });
    if (outcome !== undefined) query.andWhere('c.outcome = :outcome', { outcome });
    if (participant !== undefined) {
      const accountId = /^[1-9]\d{0,8}$/.test(participant) ? Number(participant) : null;
      query.andWhere(WITH_PARTICIPANT, { participant, accountId });
    }
    if (from !== undefined) query.andWhere('c.started_at >= :from', { from });
    if (to !== undefined) query.andWhere('c.started_at < :to', { to });
    if (userId !== undefined) query.andWhere(TOOK_PART, { userId });
    return query;
  }

  private async withParticipants(calls: readonly Call[]): Promise<RecordedCall[]> {
    const ids = calls.map(({ id }) => id);
    const all =
      ids.length === 0 ? [] : await this.participants.find({ where: { callId: In(ids) }, order: { id: 'ASC' } });
    const byCall = new Map<number, CallParticipant[]>(calls.map(({ id }) => [id, []]));
    for (const participant of all) byCall.get(participant.callId)?.push(participant);
    return calls.map((call) => ({ id: call.id, call, participants: byCall.get(call.id) ?? [] }));
  }
}
