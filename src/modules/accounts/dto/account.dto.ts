import { ApiProperty } from '@nestjs/swagger';
import {
  BooleanField,
  ChoiceField,
  EmailField,
  NameField,
  PastDateField,
  TextField,
} from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { type Role } from '../../../common/security/role.js';
import { ROLE, UserDto } from '../../auth/dto/user.dto.js';

const MIN_PASSWORD = 8;
const MAX_PASSWORD = 200;
const MAX_NAME = 100;

export class CreateAccountRequest {
  /** Unique without regard to case. */
  @EmailField({ example: 'ada@example.org' })
  email!: string;

  /** In plain text; only its hash is stored. */
  @TextField({ min: MIN_PASSWORD, max: MAX_PASSWORD, format: 'password', example: 'correct horse battery staple' })
  password!: string;

  /** What the person is called by friends. */
  @NameField({ max: MAX_NAME, example: 'Ada' })
  firstName!: string;

  /** Family name. */
  @NameField({ max: MAX_NAME, example: 'Lovelace' })
  lastName!: string;

  /** A date; `null` when unknown. */
  @PastDateField({ optional: true, nullable: true, example: '1815-12-10' })
  birthday?: string | null;
}

/** Absent members stay as they are. */
export class UpdateProfileRequest {
  /** What the person is called by friends. */
  @NameField({ max: MAX_NAME, optional: true, example: 'Ada' })
  firstName?: string;

  /** Family name. */
  @NameField({ max: MAX_NAME, optional: true, example: 'King' })
  lastName?: string;

  /** `null` removes it. */
  @PastDateField({ optional: true, nullable: true, example: '1815-12-10' })
  birthday?: string | null;
}

/** Absent members stay as they are. */
export class UpdateAccountRequest extends UpdateProfileRequest {
  /** What the account may do on the whole server. Machine keys that an admin made end with that role. */
  @ChoiceField(ROLE, { optional: true, example: 'admin' })
  role?: Role;

  /** Disabling ends all logins of the account. */
  @BooleanField({ optional: true, example: false })
  disabled?: boolean;
}

export class ChangePasswordRequest {
  /** The current password. */
  @TextField({ max: MAX_PASSWORD, format: 'password', example: 'correct horse battery staple' })
  currentPassword!: string;

  /** The new password. */
  @TextField({ min: MIN_PASSWORD, max: MAX_PASSWORD, format: 'password', example: 'new horse old staple' })
  newPassword!: string;
}

export class TemporaryPasswordDto {
  /** Shown once. */
  @ApiProperty({ example: 'uD3kq0mYw8Vt1x5c' })
  temporaryPassword!: string;
}

export class AccountPage extends PageOf(UserDto) {}
