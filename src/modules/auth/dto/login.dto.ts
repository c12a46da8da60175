import { ApiProperty } from '@nestjs/swagger';
import { TextField } from '../../../common/http/input/fields.js';
import { DeviceDto } from './device.dto.js';
import { UserDto } from './user.dto.js';

export class LoginRequest {
  /** Compared case-insensitively. */
  @TextField({ max: 254, example: 'ada@example.org' })
  email!: string;

  /** In plain text; only its hash is stored. */
  @TextField({ max: 200, format: 'password', example: 'correct horse battery staple' })
  password!: string;
}

export class DeviceLoginRequest {
  /** The one the device was made with. */
  @TextField({ max: 64, example: 'kmwqzhtbnrva' })
  username!: string;

  /** In plain text; only its hash is stored. */
  @TextField({ max: 200, format: 'password', example: 'uD3kq0mYw8Vt1x5c' })
  password!: string;
}

export class RefreshRequest {
  /**
   * Valid once: the answer holds its successor, also for a repeated request within 10 seconds from the same address.
   */
  @TextField({ max: 200, example: 'kJ0z0tV6mX8w3v1sYp5h4Q…' })
  refreshToken!: string;
}

export class TokenPairDto {
  /** JWT for `Authorization: Bearer` and for sockets. */
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl' })
  accessToken!: string;

  /** Seconds until the access token expires. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 900 })
  expiresIn!: number;

  /** Using it a second time, after more than 10 seconds or from another address, ends the login. */
  @ApiProperty({ example: 'kJ0z0tV6mX8w3v1sYp5h4Q…' })
  refreshToken!: string;
}

export class LoginDto extends TokenPairDto {
  /** Who has signed in. */
  @ApiProperty({ type: UserDto })
  user!: UserDto;
}

class OidcMethodDto {
  /** The name by which people know the identity provider. */
  @ApiProperty({ example: 'single sign-on' })
  label!: string;

  /** Where a browser starts. */
  @ApiProperty({ format: 'uri', example: 'https://switchboard.example.org/api/v1/auth/oidc/start' })
  startUrl!: string;
}

export class SignInMethodsDto {
  /** Whether passwords are accepted, even if only for some accounts. */
  @ApiProperty({ example: true })
  password!: boolean;

  /** The identity provider; `null` when there is none. */
  @ApiProperty({ type: OidcMethodDto, nullable: true })
  oidc!: OidcMethodDto | null;
}

export class DeviceLoginDto extends TokenPairDto {
  /** What has signed in. */
  @ApiProperty({ type: DeviceDto })
  device!: DeviceDto;
}
