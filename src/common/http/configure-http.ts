import { isUtf8 } from 'node:buffer';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';
import { requestContext } from '../context/request-context.js';
import { AppError } from '../errors/app-error.js';
import { corsDelegate } from './policy/cors.js';
import { ProblemFilter, sendProblem } from './problems/problem.filter.js';
import { type RequestPolicy } from './policy/request-policy.js';

/** Size limit of a JSON body, in bytes. */
const MAX_BODY = 1_048_576;
/** Bodies that the parser reads; everything else is left to the route. */
const JSON_BODY = /^\s*application\/json\b/i;

/** Gives the request an id and a client address for everything that follows, so it must go first. */
export function identifyRequests(app: NestExpressApplication, policy: RequestPolicy): void {
  app.use(requestContext((request) => policy.clientAddress(request)));
}

/**
 * Sets up what every HTTP request passes before its route: the host check, CORS and the JSON parser; and the filter for
 * its errors. The app must be created with `bodyParser: false`.
 *
 * @param metricsForAnyHost skips the host check for metrics that require a token, which a DNS rebinding page does not
 * have
 */
export function configureHttp(
  app: NestExpressApplication,
  policy: RequestPolicy,
  { metricsForAnyHost }: { readonly metricsForAnyHost: boolean },
): void {
  // Nothing of the API is cached, so hashing every answer would be wasted.
  app.disable('etag');
  app.use((request: Request, response: Response, next: NextFunction) => {
    // Load balancers and monitoring address a node by its IP address.
    const byAddress = request.path.startsWith('/health/') || (metricsForAnyHost && request.path === '/metrics');
    if (byAddress || policy.isHostAllowed(request)) next();
    else sendProblem(response, new AppError('host_not_allowed', 'This server does not answer for that host name.'));
  });
  app.enableCors(corsDelegate((request) => policy.isOriginAllowed(request)));
  app.use((request: Request, response: Response, next: NextFunction) => {
    const type = request.headers['content-type'];
    if (type !== undefined && JSON_BODY.test(type) && !policy.bodies.admits(request, MAX_BODY)) {
      const detail = 'Too many large bodies are on their way; try again soon.';
      sendProblem(response, new AppError('unavailable', detail, { retryAfterSeconds: 1 }));
      return;
    }
    // The parser knows only the registered name; ASCII is valid UTF-8.
    if (type !== undefined) {
      request.headers['content-type'] = type.replace(/(;\s*charset\s*=\s*"?)(?:utf8|us-ascii)\b/i, '$1utf-8');
    }
    next();
  });
  app.useBodyParser('json', { limit: MAX_BODY, strict: false });
  app.use((request: Request & { rawBody?: Buffer }, response: Response, next: NextFunction) => {
    // The parser would silently replace invalid bytes.
    if (request.rawBody === undefined || isUtf8(request.rawBody)) next();
    else sendProblem(response, new AppError('malformed_body', 'The body is not valid UTF-8.'));
  });
  app.useGlobalFilters(new ProblemFilter());
}
