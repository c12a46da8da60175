import { Controller, Get, Param, Redirect, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PageAssets } from './page-assets.js';

/** Pages for people, and the files that those load. */
@ApiExcludeController()
@Controller()
export class PagesController {
  constructor(private readonly assets: PageAssets) {}

  /** What this server is, for people who open its address in a browser. */
  @Get()
  landing(@Req() request: Request, @Res() response: Response): void {
    this.assets.send('landing/index.html', request, response);
  }

  /** The relay for exhibitions, to try out. */
  @Get('exhibit')
  exhibit(@Req() request: Request, @Res() response: Response): void {
    this.assets.send('exhibit/index.html', request, response);
  }

  /** A room as a chat, for those who have an endpoint code; only the page uses the code. */
  @Get('room/:code')
  room(@Req() request: Request, @Res() response: Response): void {
    this.assets.send('room/index.html', request, response);
  }

  /** Video calls over the signaling lobby. */
  @Get('call')
  call(@Req() request: Request, @Res() response: Response): void {
    this.assets.send('call/index.html', request, response);
  }

  /**
   * The operators' console: one page, which finds the screen for an address by itself; the build names its parts alike.
   */
  @Get(['console', 'console/*path'])
  console(
    @Param('path') path: string | string[] | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): void {
    const [screen = ''] = [path ?? []].flat();
    this.assets.preload(screen === '' ? ['console/overview'] : [`console/${screen}`, 'console/list'], response);
    this.assets.send('console/index.html', request, response);
  }

  /** Where the original had its administration. Temporary, since the target may move. */
  @Get(['admin', 'admin/*path'])
  @Redirect('/console/', 302)
  admin(): void {
    // The decorator does everything.
  }

  @Get('assets/*path')
  asset(@Param('path') path: string | string[], @Req() request: Request, @Res() response: Response): void {
    this.assets.send([path].flat().join('/'), request, response);
  }
}
