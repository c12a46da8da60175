import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { Field, NameField } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { type IotaStatus } from './omikron-admin.service.js';
import { canonicalUuid, isReserved } from '../uuid.js';

const EXAMPLE_IOTA = '7d444840-9dc0-11d1-b245-5ffdce74fad2';
const EXAMPLE_USER = '0f8fad5b-d9cb-469f-a165-70867728950e';

function idFault(value: unknown): string | undefined {
  const id = canonicalUuid(value);
  if (id === undefined) return 'must be a UUID';
  return isReserved(id) ? 'is reserved' : undefined;
}

export class CreateIotaRequest {
  /** Its id on the wire; generated if absent. */
  @Field('uuid', idFault, { type: 'string', format: 'uuid' }, { optional: true, example: EXAMPLE_IOTA })
  iotaId?: string;

  /** What admins call it. */
  @NameField({ max: 100, example: "Ann's home server" })
  name!: string;
}

export class IotaDto {
  /** The home server's UUID, in lower case. */
  @ApiProperty({ format: 'uuid', example: EXAMPLE_IOTA })
  iotaId!: string;

  /** What admins call it. */
  @ApiProperty({ example: "Ann's home server" })
  name!: string;

  /** Whether it is connected now. */
  @ApiProperty({ example: true })
  online!: boolean;

  /** Host of the node it is connected to; `null` while it is away. */
  @ApiProperty({ type: 'string', nullable: true, example: 'relay.example.org' })
  node!: string | null;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  static from({ iota, node }: IotaStatus): IotaDto {
    return toDto(IotaDto, { ...iota, node, online: node !== null });
  }
}

/** A new Iota with its token, which is shown only once. */
export class NewIotaDto extends IotaDto {
  /** What it presents on the upgrade. */
  @ApiProperty({ example: 'mVrJ4mXcWcJY0uA5gqXH1b2u3v4w5x6y7z8A9B0C1D2' })
  token!: string;
}

export class IotaPage extends PageOf(IotaDto) {}

/** A new token, shown only once. */
export class IotaTokenDto {
  /** The home server's UUID, in lower case. */
  @ApiProperty({ format: 'uuid', example: EXAMPLE_IOTA })
  iotaId!: string;

  /** Shown only once. */
  @ApiProperty({ example: 'mVrJ4mXcWcJY0uA5gqXH1b2u3v4w5x6y7z8A9B0C1D2' })
  token!: string;
}

const hashFault = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? undefined : 'must have 64 hexadecimal digits';

export class CreateProfileRequest {
  /** Unique across all Iotas. */
  @Field('uuid', idFault, { type: 'string', format: 'uuid' }, { example: EXAMPLE_USER })
  userId!: string;

  /** SHA-256 of the user's private key, hexadecimal. It is never shown again. */
  @Field(
    'hash',
    hashFault,
    { type: 'string', pattern: '^[0-9a-fA-F]{64}$' },
    { example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
  )
  privateKeyHash!: string;
}

export class ProfileDto {
  /** The user's UUID. */
  @ApiProperty({ format: 'uuid', example: EXAMPLE_USER })
  userId!: string;

  /** The home server's UUID. */
  @ApiProperty({ format: 'uuid', example: EXAMPLE_IOTA })
  iotaId!: string;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;
}

export class ProfilePage extends PageOf(ProfileDto) {}
