import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { ApiChoice, IntegerField, TextField, TimeField } from '../../../common/http/input/fields.js';
import { UUID } from '../../../common/http/input/text-rules.js';
import { MAX_ID } from '../../../common/http/paging/cursor.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { SELECTORS } from '../../realtime/access/revocation-selectors.js';
import { type Revocation } from '../../../entities/revocations/revocation.entity.js';

const MAX_REASON = 500;
const MAX_CODE = 128;

/** Exactly one of the selectors. */
export class CreateRevocationRequest {
  /** Id of an account. */
  @IntegerField({ min: 1, max: MAX_ID, optional: true })
  user?: number;

  /** Id of a device. */
  @IntegerField({ min: 1, max: MAX_ID, optional: true })
  device?: number;

  /** Id of an API key. */
  @IntegerField({ min: 1, max: MAX_ID, optional: true })
  apiKey?: number;

  /** Id or code of an endpoint. */
  @TextField({ max: MAX_CODE, optional: true })
  endpoint?: string;

  /** Id of a service. */
  @IntegerField({ min: 1, max: MAX_ID, optional: true, example: 1 })
  service?: number;

  /** Public code of a session; its guests are removed, its host stays. */
  @TextField({ max: MAX_CODE, optional: true })
  guestCode?: string;

  /** UUID of a home server. */
  @TextField({ max: 36, pattern: UUID, optional: true })
  iota?: string;

  /** Id of a token issuer; closes every connection that was admitted with its tokens. */
  @IntegerField({ min: 1, max: MAX_ID, optional: true })
  issuer?: number;

  /** Id of a live connection: revokes the credential it was admitted with, for everybody who uses it. */
  @TextField({ max: MAX_CODE, optional: true })
  connection?: string;

  /** For those who read the list later. */
  @TextField({ max: MAX_REASON, optional: true, example: 'token leaked' })
  reason?: string;

  /** When it ends by itself; absent = when it is deleted. */
  @TimeField({ optional: true, example: '2099-01-01T00:00:00Z' })
  until?: string;
}

export class RevocationDto {
  /** The revocation's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** What kind of subject is revoked; that of a connection's credential where a connection was named. */
  @ApiChoice({ name: 'RevocationSelector', values: SELECTORS }, { example: 'service' })
  selector!: string;

  /** The id it names; `null` for codes, which are secrets and not kept. */
  @ApiProperty({ type: 'string', nullable: true, example: '1' })
  subject!: string | null;

  /** For those who read it later. */
  @ApiProperty({ type: 'string', nullable: true, example: 'token leaked' })
  reason!: string | null;

  /** When it ends by itself; `null` = when it is deleted. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  until!: string | null;

  /** Account that requested it, or made the machine key that did; `null`: the key was made on the command line. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 1 })
  createdBy!: number | null;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  static from(row: Revocation): RevocationDto {
    const secret = row.selector === 'guestCode' || (row.selector === 'endpoint' && !/^\d{1,10}$/.test(row.subject));
    return toDto(RevocationDto, { ...row, subject: secret ? null : row.subject });
  }
}

export class RevocationPage extends PageOf(RevocationDto) {}
