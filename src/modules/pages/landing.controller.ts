import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { styledPagePolicy } from '../../common/http/security-headers.js';
import { LANDING_PAGE, LANDING_STYLE } from './landing-page.js';

@ApiExcludeController()
@Controller()
export class LandingController {
  /** What runs here, for people who open the address in a browser. */
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', styledPagePolicy(LANDING_STYLE))
  show(): string {
    return LANDING_PAGE;
  }
}
