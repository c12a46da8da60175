import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type Request } from 'express';
import { RequestPolicy } from '../../../common/http/policy/request-policy.js';
import { AppConfig } from '../../../config/app-config.js';
import { LegacyAnswer, NO_KEY } from './legacy-answer.js';

/**
 * The first check of legacy requests: paths end with a slash (GET is redirected there), and methods are GET or POST.
 * HEAD is refused, because some of these routes change things even on GET.
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
      // A path that begins with two slashes would redirect to another host.
      throw new LegacyAnswer(301, '', { Location: `${path.replace(/^\/+/, '/')}/${query}` });
    }
    // Without this, where no key is required, any page could make its visitors' browsers do this.
    if (!headers['api-key'] && this.policy.isForeignPage(request)) throw new LegacyAnswer(403, NO_KEY);
    return true;
  }
}
