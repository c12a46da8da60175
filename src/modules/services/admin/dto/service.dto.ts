import { Transform } from 'class-transformer';
import { ApiProperty } from '@nestjs/swagger';
import {
  ApiChoice,
  BooleanField,
  ChoiceField,
  Field,
  IntegerField,
  TextField,
} from '../../../../common/http/input/fields.js';
import { PageOf } from '../../../../common/http/paging/page.dto.js';
import { textFault } from '../../../../common/http/input/text-rules.js';
import { fits } from '../../../../common/text/characters.js';
import { Verbatim } from '../../../../common/http/input/verbatim.js';

const MAX_TITLE = 32;
const DAY = 86_400;
const YEAR = 31_536_000;
const MAX_GUESTS = 1_000_000;

function titleFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (value.trim() === '' || !fits(value, MAX_TITLE)) {
    return `must have 1 to ${MAX_TITLE} characters, not all blank`;
  }
  // Titles are made by admins, and shown as they are: nobody poses as another by one.
  if (/[\p{Cc}\u2028\u2029]/u.test(value)) return 'must not contain control characters';
  return textFault(value);
}

/** A title; what looks the same is stored the same (NFC). */
function TitleField(options: { optional?: boolean } = {}): PropertyDecorator {
  const normalize = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.normalize('NFC') : value,
  );
  const field = Field(
    'title',
    titleFault,
    { type: 'string', minLength: 1, maxLength: MAX_TITLE },
    {
      ...options,
      example: 'Planetarium',
    },
  );
  return (target, property) => {
    normalize(target, property);
    field(target, property);
  };
}

/** What a service may be told besides its title. Absent members keep their value or default. */
class ServiceOptionsRequest {
  /** Whether each host session gets a public code with which guests connect. */
  @BooleanField({ optional: true, default: false, example: true })
  allowPublicCode?: boolean;

  /** Whether several hosts may be connected; if not, a new one replaces the old one. */
  @BooleanField({ optional: true, default: false, example: false })
  allowMultipleHosts?: boolean;

  /** Whether a host's message with a member `user` is sent to that user alone. */
  @BooleanField({ optional: true, default: true, example: true })
  targeting?: boolean;

  /** Seconds for which a session waits for its host to come back. */
  @IntegerField({ min: 0, max: DAY, optional: true, default: 0, example: 30 })
  hostGraceSeconds?: number;

  /** Guests that a session admits; `null` for any number. */
  @IntegerField({ min: 1, max: MAX_GUESTS, optional: true, nullable: true, default: null, example: 200 })
  guestLimit?: number | null;

  /** Seconds for which a code admits new guests; `null` for as long as its session. */
  @IntegerField({ min: 1, max: YEAR, optional: true, nullable: true, default: null, example: 3600 })
  codeTtlSeconds?: number | null;

  /** Letters of a public code, all different. From 1,000 guests on use 6: four letters are few enough to be guessed. */
  @IntegerField({ min: 4, max: 12, optional: true, default: 4, example: 4 })
  codeLength?: number;
}

export class CreateServiceRequest extends ServiceOptionsRequest {
  /** Unique; at most 32 characters. */
  @TitleField()
  title!: string;
}

/** Absent members stay as they are. Live sockets follow at once. */
export class UpdateServiceRequest extends ServiceOptionsRequest {
  /** Unique; at most 32 characters. */
  @TitleField({ optional: true })
  title?: string;
}

export class ServiceDto {
  /** The service's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** Unique. */
  @ApiProperty({ example: 'Planetarium' })
  title!: string;

  /** Whether each host session gets a public code with which guests connect. */
  @ApiProperty({ example: true })
  allowPublicCode!: boolean;

  /** Whether several hosts may be connected. */
  @ApiProperty({ example: false })
  allowMultipleHosts!: boolean;

  /** Whether a host's message with a member `user` is sent to that user alone. */
  @ApiProperty({ example: true })
  targeting!: boolean;

  /** Seconds for which a session waits for its host to come back. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 0 })
  hostGraceSeconds!: number;

  /** Guests that a session admits; `null` = any number. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: null })
  guestLimit!: number | null;

  /** Seconds for which a code admits new guests; `null` = as long as its session. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: null })
  codeTtlSeconds!: number | null;

  /** Letters of a public code. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 4 })
  codeLength!: number;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it was last changed. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  updatedAt!: string;
}

/** A new service with its tokens, which are shown only once. */
export class NewServiceDto extends ServiceDto {
  /** Hosts connect with it. Shown only once. */
  @ApiProperty({ format: 'uuid', example: '0f8fad5b-d9cb-469f-a165-70867728950e' })
  hostToken!: string;

  /** Clients connect with it. Shown only once. */
  @ApiProperty({ format: 'uuid', example: '7c9e6679-7425-40de-944b-e07fc1f90ae7' })
  clientToken!: string;
}

export class ServicePage extends PageOf(ServiceDto) {}

const TOKEN_ROLE = { name: 'ServiceTokenRole', values: ['host', 'client'] } as const;
type TokenRole = (typeof TOKEN_ROLE.values)[number];

export class RotateTokenRequest {
  /** Whose token. */
  @ChoiceField(TOKEN_ROLE, { example: 'host' })
  role!: TokenRole;
}

/** A new token, shown only once. */
export class RotatedTokenDto {
  /** Whose token. */
  @ApiChoice(TOKEN_ROLE, { example: 'host' })
  role!: TokenRole;

  /** Shown only once. */
  @ApiProperty({ format: 'uuid', example: '0f8fad5b-d9cb-469f-a165-70867728950e' })
  token!: string;
}

const messageFault = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be a JSON object';

export class PublishToServiceRequest {
  /** Delivered unchanged. */
  @Verbatim()
  @Field('object', messageFault, { type: 'object', additionalProperties: true }, { example: { type: 'hello' } })
  message!: object;

  /** `all` (hosts, clients and guests), `hosts`, or the id of one user. */
  @TextField({ max: 64, optional: true, default: 'all', example: 'all' })
  to?: string;
}

export class DeliveredDto {
  /** Sockets the message went to. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  delivered!: number;
}
