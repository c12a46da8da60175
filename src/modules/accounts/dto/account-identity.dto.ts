import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../../common/http/paging/page.dto.js';

export class AccountIdentityDto {
  /** The id by which it is unlinked. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 3 })
  id!: number;

  /** The identity provider (`iss`). */
  @ApiProperty({ example: 'https://id.example.org/realms/company' })
  issuer!: string;

  /** The provider's id of the account (`sub`). */
  @ApiProperty({ example: '8f1c0f6e-3b0a-4f0e-9c57-2c8d4b9b6a11' })
  subject!: string;

  /** When it was first used to sign in to the account. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;
}

export class AccountIdentityPage extends PageOf(AccountIdentityDto) {}
