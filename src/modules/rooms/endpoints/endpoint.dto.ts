import { ApiProperty, OmitType } from '@nestjs/swagger';
import { ApiChoice, type Choice, ChoiceField, Field, IntegerField } from '../../../common/http/input/fields.js';
import { identityFault } from '../../../common/http/input/text-rules.js';
import { PageOf, PageQuery } from '../../../common/http/paging/page.dto.js';
import { MAX_CHARACTERS } from '../../../common/text/characters.js';
import { type ListedEndpoint } from './endpoints.service.js';
import { PERMISSIONS, type Permissions } from '../rooms.events.js';

export const PERMISSION: Choice = { name: 'Permissions', values: PERMISSIONS };

const MAX_SECONDS = 315_360_000;

/** The name others see; any text of up to 100 characters, also an empty one. */
export function IdentityField(options: { default?: string; example?: string } = {}): PropertyDecorator {
  const schema = { type: 'string', maxLength: MAX_CHARACTERS.identity } as const;
  return Field('identity', identityFault, schema, { optional: true, example: 'alice', ...options });
}

export class CreateEndpointRequest {
  /** What its sockets may do in the room. */
  @ChoiceField(PERMISSION, { example: 'readwrite' })
  permissions!: Permissions;

  /** What others see of it. */
  @IdentityField({ default: 'Anonymous' })
  identity?: string;

  /** Seconds after which the code is no longer valid and its sockets are closed; absent = never. */
  @IntegerField({ min: 1, max: MAX_SECONDS, optional: true, example: 3600 })
  expiresInSeconds?: number;
}

export class EndpointQuery extends PageQuery {
  /** Only endpoints with this name. */
  @IdentityField({ example: 'alice' })
  identity?: string;
}

export class EndpointDto {
  /** The only credential of its sockets; its application may list it. */
  @ApiProperty({ pattern: '^[A-Za-z0-9]{100}$', example: 'rD3kZ8vQx1'.repeat(10) })
  code!: string;

  /** Name of the room it admits to. */
  @ApiProperty({ example: 'lobby' })
  room!: string;

  /** What its sockets may do in the room. */
  @ApiChoice(PERMISSION, { example: 'readwrite' })
  permissions!: Permissions;

  /** What others see of it. */
  @ApiProperty({ example: 'alice' })
  identity!: string;

  /** When the code expires; `null` = never. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: null })
  expiresAt!: string | null;
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

/** An endpoint as admins see it: without the code that admits its sockets. */
export class AdminEndpointDto extends OmitType(EndpointDto, ['code']) {
  /** The endpoint's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  id!: number;

  /** The API key that made it; `null` once that is removed. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 7 })
  keyId!: number | null;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** Whether its sockets are refused because it is revoked, or the API key that made it. */
  @ApiProperty({ example: false })
  revoked!: boolean;

  static from(endpoint: ListedEndpoint): AdminEndpointDto {
    const { id, room, permissions, identity, keyId, createdAt, expiresAt, revoked } = endpoint;
    return {
      id,
      room,
      permissions,
      identity,
      keyId,
      createdAt: createdAt.toISOString(),
      revoked,
      expiresAt: expiresAt?.toISOString() ?? null,
    };
  }
}

export class AdminEndpointPage extends PageOf(AdminEndpointDto) {}
