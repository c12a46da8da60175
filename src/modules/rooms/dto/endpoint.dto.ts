import { ApiProperty, OmitType } from '@nestjs/swagger';
import { ChoiceField, Field, IntegerField } from '../../../common/http/fields.js';
import { PageOf } from '../../../common/http/page.dto.js';
import { type EndpointWithCode, type ListedEndpoint } from '../endpoints.service.js';
import { identityFault, MAX_IDENTITY } from '../room-name.js';
import { PERMISSIONS, type Permissions } from '../rooms.events.js';

const MAX_SECONDS = 315_360_000;

/** The name others see; any text of up to 100 characters, also an empty one. */
export function IdentityField(options: { default?: string } = {}): PropertyDecorator {
  const schema = { type: 'string', maxLength: MAX_IDENTITY } as const;
  return Field('identity', identityFault, schema, { optional: true, example: 'alice', ...options });
}

export class CreateEndpointRequest {
  @ChoiceField(PERMISSIONS, { example: 'readwrite' })
  permissions!: Permissions;

  /** What others see of it. */
  @IdentityField({ default: 'Anonymous' })
  identity?: string;

  /** Seconds after which the code counts no longer and its sockets are closed; absent = never. */
  @IntegerField({ min: 1, max: MAX_SECONDS, optional: true, example: 3600 })
  expiresInSeconds?: number;
}

export class EndpointDto {
  /** The only credential of its sockets; its application may list it. */
  @ApiProperty({ pattern: '^[A-Za-z0-9]{100}$', example: 'rD3kZ8vQx1'.repeat(10) })
  code!: string;

  @ApiProperty({ example: 'lobby' })
  room!: string;

  @ApiProperty({ enum: PERMISSIONS, example: 'readwrite' })
  permissions!: Permissions;

  @ApiProperty({ example: 'alice' })
  identity!: string;

  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  expiresAt!: string | null;

  static from({ code, room, permissions, identity, expiresAt }: EndpointWithCode): EndpointDto {
    return { code, room, permissions, identity, expiresAt: expiresAt?.toISOString() ?? null };
  }
}

export class ListedEndpointDto extends OmitType(EndpointDto, ['code']) {
  /** `null` when it was made under another `SECRET_KEY`: it still admits, but cannot be shown any more. */
  @ApiProperty({ type: 'string', nullable: true, pattern: '^[A-Za-z0-9]{100}$', example: 'rD3kZ8vQx1'.repeat(10) })
  code!: string | null;

  static from({ code, room, permissions, identity, expiresAt }: ListedEndpoint): ListedEndpointDto {
    return { code, room, permissions, identity, expiresAt: expiresAt?.toISOString() ?? null };
  }
}

export class EndpointPage extends PageOf(ListedEndpointDto) {}
