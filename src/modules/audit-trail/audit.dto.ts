import { ApiProperty } from '@nestjs/swagger';
import { AUDIT_OUTCOMES, type AuditOutcome, type AuditRecord, type Json } from '../../common/audit/audit-record.js';
import { type Verdict } from '../../common/audit/chain-verifier.js';
import { ANY_JSON, ApiChoice, type Choice, ChoiceField, TextField, TimeField } from '../../common/http/input/fields.js';
import { PageOf, PageQuery } from '../../common/http/paging/page.dto.js';

const OUTCOME: Choice = { name: 'AuditOutcome', values: AUDIT_OUTCOMES };
const BREACH: Choice = { name: 'AuditBreach', values: ['changed', 'missing', 'inserted', 'forged', 'seal'] };
const MAX_PARTY = 300;

/** Selects the entries that match all given filters. */
export class AuditQuery extends PageQuery {
  /** The actor: `kind:id`, e.g. `user:1`, or words from its label. */
  @TextField({ max: MAX_PARTY, optional: true, example: 'user:1' })
  actor?: string;

  /** A whole action, or the first part of one for all actions that begin with it. */
  @TextField({ max: 64, optional: true, pattern: /^[a-z-]+(\.[a-z-]+)?$/, example: 'services' })
  action?: string;

  /** The target: `kind:id`, e.g. `service:5`, or words from its label. */
  @TextField({ max: MAX_PARTY, optional: true, example: 'service:5' })
  target?: string;

  /** Only entries from this time on. */
  @TimeField({ optional: true, example: '2026-01-01T00:00:00Z' })
  from?: string;

  /** Only entries before this time. */
  @TimeField({ optional: true, example: '2026-02-01T00:00:00Z' })
  to?: string;

  /** Only entries with this outcome. */
  @ChoiceField(OUTCOME, { optional: true, example: 'refused' })
  outcome?: AuditOutcome;
}

export class AuditPartyDto {
  /** Its kind, e.g. `user`, `machineKey`, `application`, `service`; `anonymous` sent no credential, `system` is the server. */
  @ApiProperty({ example: 'user' })
  kind!: string;

  /** Its id; `null` if it has none. */
  @ApiProperty({ type: 'string', nullable: true, example: '1' })
  id!: string | null;

  /** Its name at that time. */
  @ApiProperty({ type: 'string', nullable: true, example: 'ada@example.org' })
  label!: string | null;
}

export class AuditEntryDto {
  /** Id of the entry; later entries have higher ids. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** When it was done. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  at!: string;

  /** Who did it. */
  @ApiProperty({ type: AuditPartyDto })
  actor!: AuditPartyDto;

  /** What was done. */
  @ApiProperty({ example: 'services.update' })
  action!: string;

  /** What it was done to; `null` if there is no such thing. */
  @ApiProperty({ type: AuditPartyDto, nullable: true })
  target!: AuditPartyDto | null;

  /** The client's address; `null` if the server acted by itself, or if there were several. */
  @ApiProperty({ type: 'string', nullable: true, example: '192.0.2.7' })
  address!: string | null;

  /** The client's `User-Agent` header. */
  @ApiProperty({ type: 'string', nullable: true, example: 'curl/8.5.0' })
  userAgent!: string | null;

  /** The node it was done on. */
  @ApiProperty({ example: '5f8d3c529a3e4b7e' })
  node!: string;

  /** Id of the request, as in logs and problems. */
  @ApiProperty({ type: 'string', nullable: true, example: '7d1f6f0e-5c4b-4c56-9a2b-2f1f0c9f3a11' })
  requestId!: string | null;

  /** How it ended. */
  @ApiChoice(OUTCOME, { example: 'success' })
  outcome!: AuditOutcome;

  /** How often: repetitions from one address within a minute are one entry. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  count!: number;

  /** `before` and `after` of each member, or other details of the act; secrets only as `hmac:…`. `null` if there are none. */
  @ApiProperty({ ...ANY_JSON, nullable: true, example: { title: { before: 'Planetarium', after: 'Stars' } } })
  changes!: Json;

  static from({ mac: _mac, ...entry }: AuditRecord): AuditEntryDto {
    return entry;
  }
}

export class AuditPage extends PageOf(AuditEntryDto) {}

export class AuditVerdictDto {
  /** Whether every entry is there, as it was written. */
  @ApiProperty({ example: true })
  ok!: boolean;

  /** Number of entries read. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  checked!: number;

  /** Id of the last sealed entry; newer ones are sealed within a minute. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  sealedTo!: number;

  /** Id of the first entry that is missing or not as it was written. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: null })
  firstBroken!: number | null;

  /** What is wrong with it: `forged` means that this server did not write it, `seal` that its seal is not intact. */
  @ApiChoice(BREACH, { nullable: true, example: null })
  breach!: Verdict['breach'];

  /** The last seal, `<id>:<hash>`, as in the server's log. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  head!: string | null;
}
