import { Body, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { toDto } from '../../../common/http/dto.js';
import { AppError } from '../../../common/errors/app-error.js';
import { currentCaller } from '../../../common/context/request-context.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { invalidInput, refuseUnknown } from '../../../common/http/input/input.pipe.js';
import { RequestPolicy } from '../../../common/http/policy/request-policy.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { AppConfig } from '../../../config/app-config.js';
import { Public } from '../../auth/access/authenticated.decorator.js';
import { LoginDto } from '../../auth/dto/login.dto.js';
import { UserDto } from '../../auth/dto/user.dto.js';
import { ExchangeRequest, StartQuery } from './oidc.dto.js';
import { OidcRefusal } from './oidc-refusal.js';
import { OidcSignIn, type Visitor } from './oidc-sign-in.service.js';
import { ownPath } from './own-path.js';
import { SIGN_IN_SECONDS } from './pending-sign-ins.js';

const CONSOLE = '/console/';
const CALLBACK = '/api/v1/auth/oidc/callback';
const ANSWER = new Set(['code', 'iss', 'error']);

@ApiV1Controller('auth/oidc', 'auth')
export class OidcController {
  private readonly policy: RequestPolicy;

  constructor(
    private readonly signIn: OidcSignIn,
    config: AppConfig,
  ) {
    this.policy = new RequestPolicy(config);
  }

  @Get('start')
  @Public()
  @ApiOperation({ summary: 'Send a browser to the identity provider, to sign in there' })
  @ApiResponse({ status: 302, description: 'To the provider, or to the console if a browser cannot be sent there.' })
  @ApiProblems(404, 'unavailable')
  async start(@Query() query: StartQuery, @Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = ownPath(query.returnTo ?? CONSOLE);
    if (returnTo === undefined) throw invalidInput([{ field: 'returnTo', message: 'must be a path of this server' }]);
    await this.orShow(request, response, returnTo, async () => {
      const redirectUri = this.policy.baseUrl(request) + CALLBACK;
      const { url, cookie } = await this.signIn.begin(redirectUri, returnTo, this.visitorOf(request));
      this.remember(request, response, cookie);
      response.redirect(url);
    });
  }

  @Get('callback')
  @Public()
  @ApiOperation({ summary: 'Where the identity provider sends browsers back to; the answer is for that browser alone' })
  @ApiQuery({ name: 'state', required: false, description: 'The sign-in that it answers.' })
  @ApiQuery({ name: 'code', required: false, description: 'Of the provider.' })
  @ApiQuery({ name: 'iss', required: false, description: 'Which provider it is.' })
  @ApiQuery({ name: 'error', required: false, description: 'Why there is no code.' })
  @ApiResponse({
    status: 302,
    description:
      'To where the sign-in began, with `#code=` and a code that `exchange` takes, once and within a minute; or for a ' +
      'browser with `#error=` and the reason of what others are answered as a problem.',
  })
  @ApiProblems(404, 'sign_in_failed', 'sign_in_refused', 'account_disabled', 'unavailable')
  async callback(@Query() query: object, @Req() request: Request, @Res() response: Response): Promise<void> {
    // Answers of providers contain more parameters than the document names.
    if (!Object.hasOwn(query, 'state')) refuseUnknown('query', query, ANSWER);
    const search = new URL(request.originalUrl, 'http://localhost').search;
    const visitor = this.visitorOf(request);
    const destination = this.signIn.destinationOf(search, visitor) ?? CONSOLE;
    await this.orShow(request, response, destination, async () => {
      const { code, returnTo } = await this.signIn.complete(search, visitor);
      response.redirect(`${returnTo}#code=${code}`);
    });
  }

  @Post('exchange')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Get the tokens for the code of a completed sign-in at the identity provider' })
  @ApiResponse({ status: 200, type: LoginDto })
  @ApiProblems(404, 'sign_in_failed', 401)
  async exchange(
    @Body() { code }: ExchangeRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginDto> {
    const visitor = { ...this.visitorOf(request), gone: () => request.socket.destroyed };
    const isPage = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined;
    const { user, cookie, ...pair } = await this.signIn.exchange(code, isPage, visitor);
    this.remember(request, response, cookie);
    return { ...pair, user: toDto(UserDto, user) };
  }

  /** Shows failures to people on a page; programs get the problem. */
  private async orShow(request: Request, response: Response, page: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isShown = error instanceof OidcRefusal || (error instanceof AppError && error.kind === 'unavailable');
      if (!isShown || request.accepts(['json', 'html']) !== 'html') throw error;
      response.redirect(`${page}#error=${error instanceof OidcRefusal ? error.reason : 'unavailable'}`);
    }
  }

  private visitorOf(request: Request): Visitor {
    const wanted = `${this.cookieName(request)}=`;
    const cookies = (request.headers.cookie ?? '').split(';').map((each) => each.trim());
    const cookie = cookies.find((each) => each.startsWith(wanted))?.slice(wanted.length);
    return { ...currentCaller(), cookie };
  }

  private remember(request: Request, response: Response, cookie: string): void {
    response.cookie(this.cookieName(request), cookie, {
      httpOnly: true,
      // `strict` would withhold the cookie on the way back from the provider.
      sameSite: 'lax',
      secure: this.isSecure(request),
      path: '/',
      maxAge: SIGN_IN_SECONDS * 1_000,
    });
  }

  /** With the prefix, browsers accept the cookie only from this very host and over TLS. */
  private cookieName(request: Request): string {
    return `${this.isSecure(request) ? '__Host-' : ''}switchboard-sign-in`;
  }

  private isSecure(request: Request): boolean {
    return this.policy.baseUrl(request).startsWith('https:');
  }
}
