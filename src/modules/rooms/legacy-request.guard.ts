import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type Request } from 'express';
import { LegacyAnswer } from './legacy-answer.js';

/**
 * What legacy requests pass before anything else: paths end with a slash (GET is redirected there), methods are GET and
 * POST. HEAD is refused, since some of these routes change things when they are asked for.
 */
@Injectable()
export class LegacyRequestGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method, path, originalUrl } = context.switchToHttp().getRequest<Request>();
    if (method !== 'GET' && method !== 'POST') throw new LegacyAnswer(405, '', { Allow: 'GET, POST' });
    if (method === 'GET' && !path.endsWith('/')) {
      const query = originalUrl.slice(path.length);
      // A path that begins with two slashes would lead to another host.
      throw new LegacyAnswer(301, '', { Location: `${path.replace(/^\/+/, '/')}/${query}` });
    }
    return true;
  }
}
