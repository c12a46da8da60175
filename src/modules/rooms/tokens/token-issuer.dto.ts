import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice, type Choice, ChoiceField, Field, TextField } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { ALGORITHMS, type Algorithm } from './issuer-key.js';

const ALGORITHM: Choice = { name: 'TokenAlgorithm', values: ALGORITHMS };
const MAX_ISSUER = 255;
const MAX_URL = 2_048;
const MAX_SECRET = 1_024;
const MAX_PEM = 16_384;
const OBJECT = { type: 'object', additionalProperties: true } as const;
const EXAMPLE_KEY = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: '1' };

const isJson = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null ? undefined : 'must be an object';

/** Exactly one of `secret` (HS256), and `jwks`, `publicKey`, `jwksUrl` (the others). */
export class CreateTokenIssuerRequest {
  /** `iss` of its tokens; it belongs to one application of the whole server. */
  @TextField({ max: MAX_ISSUER, example: 'https://shop.example.org' })
  issuer!: string;

  /** `alg` of its tokens; no other is accepted. */
  @ChoiceField(ALGORITHM, { example: 'EdDSA' })
  algorithm!: Algorithm;

  /** For HS256, at least 32 bytes; never shown again. */
  @TextField({ max: MAX_SECRET, optional: true })
  secret?: string;

  /** URL of its public keys: `https`, no private address, no redirects. Cached for ten minutes. */
  @TextField({ max: MAX_URL, optional: true })
  jwksUrl?: string;

  /** Its public keys, as a JWK set or one JWK. */
  @Field('jwks', isJson, OBJECT, { optional: true, example: EXAMPLE_KEY })
  jwks?: object;

  /** Its public key as PEM. */
  @TextField({ max: MAX_PEM, optional: true })
  publicKey?: string;
}

export class TokenIssuerDto {
  /** The issuer's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 3 })
  id!: number;

  /** `iss` of its tokens. */
  @ApiProperty({ example: 'https://shop.example.org' })
  issuer!: string;

  /** `alg` of its tokens. */
  @ApiChoice(ALGORITHM, { example: 'EdDSA' })
  algorithm!: string;

  @ApiProperty({ type: 'string', nullable: true, description: 'Where its keys are fetched from.', example: null })
  jwksUrl!: string | null;

  /** Its public keys, if they were registered. */
  @ApiProperty({ ...OBJECT, nullable: true, example: { keys: [EXAMPLE_KEY] } })
  jwks!: object | null;

  /** When it was registered. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;
}

export class TokenIssuerPage extends PageOf(TokenIssuerDto) {}
