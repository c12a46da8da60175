import { Body, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import type { Request } from 'express';
import { toDto } from '../../common/http/dto.js';
import { currentCaller } from '../../common/context/request-context.js';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { NoContent } from '../../common/http/problems/outcomes.js';
import { RequestPolicy } from '../../common/http/policy/request-policy.js';
import { AppConfig } from '../../config/app-config.js';
import { Authenticated, Public } from './access/authenticated.decorator.js';
import { CurrentPrincipal } from './access/current-principal.decorator.js';
import type { AccountPrincipal } from './principals/device-principal.js';
import { DeviceDto } from './dto/device.dto.js';
import {
  DeviceLoginDto,
  DeviceLoginRequest,
  LoginDto,
  LoginRequest,
  RefreshRequest,
  SignInMethodsDto,
  TokenPairDto,
} from './dto/login.dto.js';
import { OwnUserDto, UserDto } from './dto/user.dto.js';
import { PasswordPolicy } from './logins/password-policy.service.js';
import { Logins } from './logins/logins.service.js';

@ApiV1Controller('auth')
export class AuthController {
  private readonly policy: RequestPolicy;

  constructor(
    private readonly logins: Logins,
    private readonly passwords: PasswordPolicy,
    private readonly config: AppConfig,
  ) {
    this.policy = new RequestPolicy(config);
  }

  @Get('methods')
  @Public()
  @ApiOperation({ summary: 'How people sign in here' })
  methods(@Req() request: Request): SignInMethodsDto {
    const { passwordSignIn, oidc } = this.config;
    const startUrl = `${this.policy.baseUrl(request)}/api/v1/auth/oidc/start`;
    return { password: passwordSignIn !== 'off', oidc: oidc ? { label: oidc.label, startUrl } : null };
  }

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Sign in with email and password' })
  @ApiProblems('invalid_credentials', 'account_disabled', 'password_sign_in_off')
  async login(@Body() { email, password }: LoginRequest): Promise<LoginDto> {
    const { user, ...pair } = await this.logins.signIn(email, password, currentCaller());
    return { ...pair, user: toDto(UserDto, user) };
  }

  @Post('device-login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Sign in a device with its user name and password' })
  @ApiProblems('invalid_credentials')
  async deviceLogin(@Body() { username, password }: DeviceLoginRequest): Promise<DeviceLoginDto> {
    const { device, ...pair } = await this.logins.signInDevice(username, password, currentCaller());
    return { ...pair, device: toDto(DeviceDto, device) };
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    summary: 'Get the next pair of tokens; reuse within 10 seconds returns the same pair, later reuse ends the login',
  })
  @ApiProblems(401, 'token_reused')
  async refresh(@Body() { refreshToken }: RefreshRequest): Promise<TokenPairDto> {
    return this.logins.refresh(refreshToken, currentCaller());
  }

  @Post('logout')
  @NoContent('The login has ended, with its tokens and sockets.')
  @Authenticated('account')
  @ApiOperation({ summary: 'End this login' })
  async logout(@CurrentPrincipal() principal: AccountPrincipal): Promise<void> {
    await this.logins.end(principal.loginId);
  }

  @Get('me')
  @Authenticated('account')
  @ApiOperation({ summary: 'Who the access token stands for' })
  @ApiExtraModels(OwnUserDto, DeviceDto)
  @ApiOkResponse({ schema: { oneOf: [{ $ref: getSchemaPath(OwnUserDto) }, { $ref: getSchemaPath(DeviceDto) }] } })
  async me(@CurrentPrincipal() principal: AccountPrincipal): Promise<OwnUserDto | DeviceDto> {
    const account = await this.logins.account(principal);
    return 'user' in account
      ? toDto(OwnUserDto, { ...account.user, passwordSignIn: this.passwords.signsIn(account.user) })
      : toDto(DeviceDto, account.device);
  }
}
