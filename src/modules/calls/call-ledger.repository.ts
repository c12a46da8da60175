import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type CallChange } from './call-changes.js';

/** Writes the ledger; `CallsRepository` reads it. */
@Injectable()
export class CallLedgerRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Merges changes into the ledger in one transaction, whichever node wrote it before. `changes` has each call at most
   * once.
   */
  async write(changes: readonly CallChange[], leaseMs: number): Promise<void> {
    // Ids ascend with time. If two nodes deadlock over each other's calls, one of them retries call by call.
    const calls = [...changes].sort((a, b) => a.startedAt - b.startedAt);
    const parties = calls.flatMap(({ key, parties }) => [...parties].map(([sid, change]) => ({ key, sid, ...change })));
    await this.dataSource.transaction(async (manager) => {
      await manager.query(MERGE_CALLS, [
        calls.map(({ key }) => key),
        calls.map(({ protocol }) => protocol),
        calls.map(({ startedAt }) => new Date(startedAt)),
        calls.map(({ answeredAt }) => dateOf(answeredAt)),
        calls.map(({ endedAt }) => dateOf(endedAt)),
        calls.map(({ outcome }) => outcome ?? null),
        calls.map(({ endedBy }) => endedBy ?? null),
        calls.map(({ reason }) => reason ?? null),
        calls.map(({ wireId }) => wireId ?? null),
        leaseMs,
      ]);
      if (parties.length > 0) {
        const keys = parties.map(({ key }) => key);
        const sids = parties.map(({ sid }) => sid);
        await manager.query(ADD_PARTIES, [keys, sids]);
        await manager.query(MERGE_PARTIES, [
          keys,
          sids,
          parties.map(({ name }) => name ?? null),
          parties.map(({ userId }) => userId ?? null),
          parties.map(({ joinedAt }) => dateOf(joinedAt)),
          parties.map(({ leftAt }) => dateOf(leftAt)),
          parties.map(({ present }) => present ?? null),
          parties.map(({ muted }) => muted ?? null),
          parties.map(({ videoOff }) => videoOff ?? null),
          parties.map(({ cameAt }) => dateOf(cameAt)),
        ]);
      }
      const keys = calls.map(({ key }) => key);
      await manager.query(PUT_IN_ORDER, [keys]);
      await manager.query(END_PARTIES, [keys]);
    });
  }

  /** Renews the leases of calls, reviving those that lapsed. @returns the keys of those that have not ended */
  async renew(keys: readonly string[], leaseMs: number): Promise<string[]> {
    if (keys.length === 0) return [];
    const [rows] = await this.dataSource.query<[{ key: string }[], number]>(RENEW, [[...keys].sort(), leaseMs]);
    return rows.map(({ key }) => key);
  }

  /** The database's time in milliseconds, which leases go by. */
  async clock(): Promise<number> {
    const [row] = await this.dataSource.query<[{ now: Date }]>('SELECT clock_timestamp() AS "now"');
    return row.now.getTime();
  }

  /**
   * Ends the calls whose leases have expired.
   * @param longestMs a longer lease must have been given before the clock stepped back
   */
  async endLapsed(longestMs: number): Promise<void> {
    await this.dataSource.query(END_LAPSED, [longestMs]);
  }

  /**
   * Removes those of the `piece` oldest calls that ended more than `days` before `now` and before the database's time.
   * @returns how many it removed
   */
  async removeOld(now: Date, days: number, piece: number): Promise<number> {
    const [, removed] = await this.dataSource.query<[unknown, number]>(REMOVE_OLD, [now, days, piece]);
    return removed;
  }
}

const dateOf = (time: number | undefined): Date | null => (time === undefined ? null : new Date(time));

// A report on a call that was ended because its lease lapsed makes it count as not ended.
const MERGE_CALLS = `
  INSERT INTO calls (key, protocol, started_at, answered_at, ended_at, outcome, ended_by, reason, wire_id, lease_until)
  SELECT t.*, now() + $10::float8 * interval '1 ms'
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[],
    $8::text[], $9::text[]) AS t
  ON CONFLICT ON CONSTRAINT calls_key_key DO UPDATE SET
    started_at = LEAST(calls.started_at, EXCLUDED.started_at),
    answered_at = LEAST(calls.answered_at, EXCLUDED.answered_at),
    ended_at = CASE WHEN calls.lapsed THEN EXCLUDED.ended_at ELSE COALESCE(calls.ended_at, EXCLUDED.ended_at) END,
    outcome = CASE WHEN calls.lapsed THEN EXCLUDED.outcome ELSE COALESCE(calls.outcome, EXCLUDED.outcome) END,
    reason = CASE WHEN calls.ended_at IS NULL OR calls.lapsed THEN EXCLUDED.reason ELSE calls.reason END,
    ended_by = CASE WHEN calls.ended_at IS NULL OR calls.lapsed THEN EXCLUDED.ended_by ELSE calls.ended_by END,
    lease_until = EXCLUDED.lease_until,
    lapsed = false`;

const ADD_PARTIES = `
  INSERT INTO call_participants (call_id, sid, name)
  SELECT c.id, t.sid, '' FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (key, sid, n)
  JOIN calls c ON c.key = t.key ORDER BY t.n
  ON CONFLICT ON CONSTRAINT call_participants_call_id_sid_key DO NOTHING`;

const MERGE_PARTIES = `
  UPDATE call_participants p SET
    -- Nobody's, when their account has gone meanwhile.
    name = CASE WHEN t.user_id IS NOT NULL AND NOT EXISTS (SELECT FROM users u WHERE u.id = t.user_id) THEN ''
      ELSE COALESCE(t.name, p.name) END,
    user_id = COALESCE((SELECT u.id FROM users u WHERE u.id = t.user_id), p.user_id),
    joined_at = LEAST(p.joined_at, t.joined_at),
    left_at = CASE
      WHEN t.present IS NOT TRUE THEN COALESCE(t.left_at, p.left_at)
      -- Another node may have written already that it left again.
      WHEN t.came_at < p.left_at THEN p.left_at
    END,
    muted = COALESCE(t.muted, p.muted),
    video_off = COALESCE(t.video_off, p.video_off)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::timestamptz[], $6::timestamptz[], $7::boolean[],
      $8::boolean[], $9::boolean[], $10::timestamptz[])
    AS t (key, sid, name, user_id, joined_at, left_at, present, muted, video_off, came_at)
  JOIN calls c ON c.key = t.key
  WHERE p.call_id = c.id AND p.sid = t.sid`;

// Nodes report by their own clocks.
const PUT_IN_ORDER = `
  UPDATE calls SET
    answered_at = CASE WHEN answered_at IS NOT NULL THEN GREATEST(answered_at, started_at) END,
    ended_at = CASE WHEN ended_at IS NOT NULL THEN GREATEST(ended_at, answered_at, started_at) END
  WHERE key = ANY ($1) AND (answered_at < started_at OR ended_at < started_at OR ended_at < answered_at)`;

// Parties must stay within the call, and join before they leave. LEAST and GREATEST ignore nulls.
const END_PARTIES = `
  UPDATE call_participants p SET
    joined_at = LEAST(GREATEST(p.joined_at, c.started_at), c.ended_at),
    left_at = CASE WHEN p.left_at IS NOT NULL OR c.ended_at IS NOT NULL
      THEN LEAST(GREATEST(COALESCE(p.left_at, c.ended_at), p.joined_at, c.started_at), c.ended_at) END
  FROM calls c
  WHERE c.key = ANY ($1) AND p.call_id = c.id AND p.joined_at IS NOT NULL
    AND (p.joined_at < c.started_at OR p.joined_at > c.ended_at OR p.left_at < p.joined_at OR p.left_at > c.ended_at
      OR (p.left_at IS NULL AND c.ended_at IS NOT NULL))`;

const RENEW = `
  WITH mine AS (
    SELECT id, lapsed, ended_at FROM calls
    WHERE key = ANY ($1) AND (ended_at IS NULL OR lapsed) ORDER BY key FOR UPDATE
  ), back AS (
    UPDATE call_participants p SET left_at = NULL FROM mine m
    WHERE m.lapsed AND p.call_id = m.id AND p.left_at = m.ended_at
  )
  UPDATE calls c SET lease_until = now() + $2::float8 * interval '1 ms', lapsed = false,
    ended_at = NULL, outcome = NULL, reason = NULL
  FROM mine m WHERE c.id = m.id RETURNING c.key`;

const END_LAPSED = `
  WITH lapsed AS (
    UPDATE calls SET ended_at = GREATEST(LEAST(lease_until, now()), started_at, answered_at,
        (SELECT max(GREATEST(p.joined_at, p.left_at)) + interval '1 ms' FROM call_participants p WHERE p.call_id = calls.id)), outcome = 'failed', reason = 'abandoned',
      lapsed = true
    WHERE ended_at IS NULL AND (lease_until < now() OR lease_until > now() + $1::float8 * interval '1 ms')
    RETURNING id, ended_at
  )
  UPDATE call_participants p SET left_at = l.ended_at FROM lapsed l
  WHERE p.call_id = l.id AND p.joined_at IS NOT NULL AND p.left_at IS NULL`;

// Ids ascend with time closely enough: the oldest calls are among the first, and no index is needed to find them.
// If one of the two clocks has stepped forward, the other prevents early removal.
const REMOVE_OLD = `
  DELETE FROM calls WHERE id IN (
    SELECT o.id FROM (SELECT id, ended_at FROM calls ORDER BY id LIMIT $3) o
    WHERE o.ended_at < LEAST($1::timestamptz, now()) - make_interval(days => $2::int))`;
