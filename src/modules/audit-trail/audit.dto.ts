import { ApiProperty } from '@nestjs/swagger';
import { AUDIT_OUTCOMES, type AuditOutcome, type AuditRecord, type Json } from '../../common/audit/audit-record.js';
import { type Verdict } from '../../common/audit/chain-verifier.js';
import { ANY_JSON, ApiChoice, type Choice, ChoiceField, TextField, TimeField } from '../../common/http/input/fields.js';
import { PageOf, PageQuery } from '../../common/http/paging/page.dto.js';

const OUTCOME: Choice = { name: 'AuditOutcome', values: AUDIT_OUTCOMES };
const BREACH: Choice = { name: 'AuditBreach', values: ['changed', 'missing', 'inserted', 'forged', 'seal'] };
const MAX_PARTY = 300;

/** Which entries are meant: those that match all that is given. */
export class AuditQuery extends PageQuery {
  /** Who did it: `kind:id`, e.g. `user:1`, or words of what it was known by. */
  @TextField({ max: MAX_PARTY, optional: true, example: 'user:1' })
  actor?: string;

  /** What was done: a whole action, or all of one thing by its first part. */
  @TextField({ max: 64, optional: true, pattern: /^[a-z-]+(\.[a-z-]+)?$/, example: 'services' })
  action?: string;

  /** To what it was done: `kind:id`, e.g. `service:5`, or words of what it was known by. */
  @TextField({ max: MAX_PARTY, optional: true, example: 'service:5' })
  target?: string;

  /** Only those from then on. */
  @TimeField({ optional: true, example: '2026-01-01T00:00:00Z' })
  from?: string;

  /** Only those before. */
  @TimeField({ optional: true, example: '2026-02-01T00:00:00Z' })
  to?: string;

  /** Only those that ended like this. */
  @ChoiceField(OUTCOME, { optional: true, example: 'refused' })
  outcome?: AuditOutcome;
}

export class AuditPartyDto {
  /** What it is, e.g. `user`, `machineKey`, `application`, `service`; `anonymous` showed no credential, `system` is the server. */
  @ApiProperty({ example: 'user' })
  kind!: string;

  /** Its id; `null` where it has none. */
  @ApiProperty({ type: 'string', nullable: true, example: '1' })
  id!: string | null;

  /** What it was known by then. */
  @ApiProperty({ type: 'string', nullable: true, example: 'ada@example.org' })
  label!: string | null;
}

export class AuditEntryDto {
  /** The entry's id; a higher one was written later. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** When. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  at!: string;

  /** Who did it. */
  @ApiProperty({ type: AuditPartyDto })
  actor!: AuditPartyDto;

  /** What was done. */
  @ApiProperty({ example: 'services.update' })
  action!: string;

  /** What it was done to; `null` where there is no such thing. */
  @ApiProperty({ type: AuditPartyDto, nullable: true })
  target!: AuditPartyDto | null;

  /** The client's address; `null` for what the server did by itself, or what came from several. */
  @ApiProperty({ type: 'string', nullable: true, example: '192.0.2.7' })
  address!: string | null;

  /** What the client called itself. */
  @ApiProperty({ type: 'string', nullable: true, example: 'curl/8.5.0' })
  userAgent!: string | null;

  /** The node it was done on. */
  @ApiProperty({ example: '5f8d3c529a3e4b7e' })
  node!: string;

  /** Id of the request, as logs and problems name it. */
  @ApiProperty({ type: 'string', nullable: true, example: '7d1f6f0e-5c4b-4c56-9a2b-2f1f0c9f3a11' })
  requestId!: string | null;

  /** How it ended. */
  @ApiChoice(OUTCOME, { example: 'success' })
  outcome!: AuditOutcome;

  /** How often: repeats of one address within a minute are one entry. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  count!: number;

  /** By member `before` and `after`, or other details of the act; secrets only as `hmac:…`. `null` where nothing is to say. */
  @ApiProperty({ ...ANY_JSON, nullable: true, example: { title: { before: 'Planetarium', after: 'Stars' } } })
  changes!: Json;

  static from({ mac: _mac, ...entry }: AuditRecord): AuditEntryDto {
    return entry;
  }
}

export class AuditPage extends PageOf(AuditEntryDto) {}

export class AuditVerdictDto {
  /** Whether every entry is as it was written, and there. */
  @ApiProperty({ example: true })
  ok!: boolean;

  /** Entries that were read. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  checked!: number;

  /** The last entry under a seal; what came since is sealed within a minute. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  sealedTo!: number;

  /** Id of the first entry that is not as it was written, or not there. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: null })
  firstBroken!: number | null;

  /** What is wrong with it: `forged` was not written by this server, `seal` is its seal. */
  @ApiChoice(BREACH, { nullable: true, example: null })
  breach!: Verdict['breach'];

  /** The last seal, as the log names it. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  head!: string | null;
}
