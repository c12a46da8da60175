import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type Request } from 'express';
import { RequestPolicy } from '../../../common/http/policy/request-policy.js';
import { AppConfig } from '../../../config/app-config.js';
import { LegacyAnswer, NO_KEY } from './legacy-answer.js';

/**
 * What legacy requests pass before anything else: paths end with a slash (GET is redirected there), methods are GET and
 * POST. HEAD is refused, since some of these routes change things when they are asked for.
 */
@Injectable()
export class LegacyRequestGuard implements CanActivate {
  private readonly policy: RequestPolicy;

  constructor(config: AppConfig) {
    this.policy = new RequestPolicy(config);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { method, path, originalUrl, headers } = request;
    if (method !== 'GET' && method !== 'POST') throw new LegacyAnswer(405, '', { Allow: 'GET, POST' });
    if (method === 'GET' && !path.endsWith('/')) {
      const query = originalUrl.slice(path.length);
      // A path that begins with two slashes would lead to another host.
      throw new LegacyAnswer(301, '', { Location: `${path.replace(/^\/+/, '/')}/${query}` });
    }
    // Where no key is needed, any page could have its visitors' browsers do this.
    if (!headers['api-key'] && this.policy.isForeignPage(request)) throw new LegacyAnswer(403, NO_KEY);
    return true;
  }
}
