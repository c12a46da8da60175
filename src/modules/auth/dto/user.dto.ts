import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice, type Choice } from '../../../common/http/input/fields.js';
import { type Role, ROLES } from '../../../common/security/role.js';

export const ROLE: Choice = { name: 'Role', values: ROLES };

/** An account. */
export class UserDto {
  /** The account's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  id!: number;

  /** In lower case. */
  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  email!: string;

  /** What the person is called by friends. */
  @ApiProperty({ example: 'Ada' })
  firstName!: string;

  /** Family name. */
  @ApiProperty({ example: 'Lovelace' })
  lastName!: string;

  /** A date; `null` when unknown. */
  @ApiProperty({ type: 'string', format: 'date', nullable: true, example: '1815-12-10' })
  birthday!: string | null;

  /** What the account may do on the whole server. */
  @ApiChoice(ROLE, { example: 'user' })
  role!: Role;

  /** A disabled account cannot sign in. */
  @ApiProperty({ example: false })
  disabled!: boolean;

  /** When it was made. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;
}

/** The account that asks. */
export class OwnUserDto extends UserDto {
  /** Whether this server made its password, and it should change it: a first or a temporary one. */
  @ApiProperty({ example: false })
  passwordGenerated!: boolean;

  /** Whether it signs in with a password; `false` where the identity provider alone lets it in. */
  @ApiProperty({ example: true })
  passwordSignIn!: boolean;
}
