import { Body, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { currentRequest } from '../../common/context/request-context.js';
import { ApiProblems } from '../../common/http/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { NoContent } from '../../common/http/outcomes.js';
import { Authenticated, Public } from './authenticated.decorator.js';
import { CurrentPrincipal } from './current-principal.decorator.js';
import { LoginDto, LoginRequest, RefreshRequest, TokenPairDto } from './dto/login.dto.js';
import { UserDto } from './dto/user.dto.js';
import { Logins } from './logins.service.js';
import { type UserPrincipal } from './user-principal.js';

@ApiV1Controller('auth')
export class AuthController {
  constructor(private readonly logins: Logins) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Sign in with email and password' })
  @ApiProblems('invalid_credentials', 'account_disabled')
  async login(@Body() { email, password }: LoginRequest): Promise<LoginDto> {
    const { user, ...pair } = await this.logins.signIn(email, password, currentRequest()?.address ?? '');
    return { ...pair, user: UserDto.from(user) };
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Get the next pair of tokens; a used refresh token ends the login' })
  @ApiProblems(401, 'token_reused')
  async refresh(@Body() { refreshToken }: RefreshRequest): Promise<TokenPairDto> {
    return this.logins.refresh(refreshToken);
  }

  @Post('logout')
  @NoContent('The login has ended, with its tokens and sockets.')
  @Authenticated('user')
  @ApiOperation({ summary: 'End this login' })
  async logout(@CurrentPrincipal() principal: UserPrincipal): Promise<void> {
    await this.logins.end(principal.loginId);
  }

  @Get('me')
  @Authenticated('user')
  @ApiOperation({ summary: 'Who the access token stands for' })
  async me(@CurrentPrincipal() principal: UserPrincipal): Promise<UserDto> {
    return UserDto.from(await this.logins.account(principal));
  }
}
