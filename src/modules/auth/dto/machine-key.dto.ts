import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { Field, IntegerField, NameField } from '../../../common/http/input/fields.js';
import { TAGS } from '../../../common/http/openapi/openapi-texts.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { addressFault } from '../../../common/http/policy/client-address.js';
import { SCOPE_ACTS } from '../../../common/security/scope.js';
import { type MachineKey } from '../../../entities/accounts/machine-key.entity.js';

const SCOPES: ReadonlySet<string> = new Set(
  ['*', ...Object.keys(TAGS)].flatMap((tag) => SCOPE_ACTS.map((act) => `${tag}:${act}`)),
);
const MAX_ITEMS = 100;
const MAX_ADDRESS = 49;
const TEN_YEARS = 315_360_000;
const MONTH = 2_592_000;

/** Checks a list of valid texts. It must not be empty, which could be taken for "nothing" or for "anything". */
const listFault =
  (fault: (text: string) => string | undefined) =>
  (value: unknown): string | undefined => {
    if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ITEMS)
      return `must be a list of 1 to ${MAX_ITEMS} items`;
    const faults = value.map((item: unknown) => (typeof item === 'string' ? fault(item) : 'must be a string'));
    const at = faults.findIndex((each) => each !== undefined);
    return at < 0 ? undefined : `item ${at}: ${faults[at] ?? ''}`;
  };

const scopeFault = (text: string) =>
  SCOPES.has(text) ? undefined : 'must be <tag>:read or <tag>:write with a tag of the API document, or *';

const items = (schema: object) => ({
  type: 'array',
  items: { type: 'string', ...schema },
  minItems: 1,
  maxItems: MAX_ITEMS,
});

export class CreateMachineKeyRequest {
  /** Name by which people recognize it. */
  @NameField({ max: 100, example: 'Nightly import' })
  name!: string;

  /** What it may do: `<tag>:read` or `<tag>:write`, `*` for every tag. `x-required-scope` of an operation says which. */
  @Field('scopes', listFault(scopeFault), items({ pattern: '^(\\*|[a-z-]+):(read|write)$' }) as object, {
    example: ['services:read', 'services:write'],
  })
  scopes!: string[];

  /** Seconds after which it is no longer valid; absent = never. */
  @IntegerField({ min: 1, max: TEN_YEARS, optional: true, example: 7_776_000 })
  expiresInSeconds?: number;

  /** Addresses and CIDR ranges it may be used from; absent = any. */
  @Field('networks', listFault(addressFault), items({ maxLength: MAX_ADDRESS }) as object, {
    optional: true,
    example: ['192.0.2.0/24', '2001:db8::/48'],
  })
  allowedNetworks?: string[];
}

export class RotateMachineKeyRequest {
  /** Seconds for which the old key stays valid beside the new one. */
  @IntegerField({ min: 0, max: MONTH, optional: true, default: 0, example: 3600 })
  overlapSeconds?: number;
}

export class MachineKeyDto {
  /** The key's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  id!: number;

  /** Name by which people recognize it. */
  @ApiProperty({ example: 'Nightly import' })
  name!: string;

  /** The beginning of the key. */
  @ApiProperty({ example: 'sbk_Zk3v9QwE' })
  prefix!: string;

  /** What it may do. */
  @ApiProperty({ type: [String], example: ['services:read', 'services:write'] })
  scopes!: string[];

  /** Addresses it may be used from; `null` = anywhere. */
  @ApiProperty({ type: [String], nullable: true, example: ['192.0.2.0/24'] })
  allowedNetworks!: string[] | null;

  /** Account that made it, and whose end, or end as an admin, is its own; `null`: made on the command line. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 1 })
  createdBy!: number | null;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it ends; `null` = never. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-04-01T12:00:00.000Z' })
  expiresAt!: string | null;

  /** To the minute; `null` = never. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-02T08:30:00.000Z' })
  lastUsedAt!: string | null;

  /** The address it came from then. */
  @ApiProperty({ type: 'string', nullable: true, example: '192.0.2.7' })
  lastUsedFrom!: string | null;

  static from(key: MachineKey): MachineKeyDto {
    return toDto(MachineKeyDto, { ...key, createdBy: key.madeBy });
  }
}

/** A machine key with its secret, which is shown only once. */
export class NewMachineKeyDto extends MachineKeyDto {
  /** Shown only once. */
  @ApiProperty({ example: 'sbk_Zk3v…' })
  key!: string;
}

export class MachineKeyPage extends PageOf(MachineKeyDto) {}
