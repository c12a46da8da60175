import { isUtf8 } from 'node:buffer';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';
import { requestContext } from '../context/request-context.js';
import { AppError } from '../errors/app-error.js';
import { corsDelegate } from './policy/cors.js';
import { ProblemFilter, sendProblem } from './problems/problem.filter.js';
import { type RequestPolicy } from './policy/request-policy.js';

/** Bytes of a JSON body. */
const MAX_BODY = 1_048_576;
/** What the parser reads; everything else is left to its route. */
const JSON_BODY = /^\s*application\/json\b/i;

/** The request's id and client address, known to everything that follows: goes first. */
export function identifyRequests(app: NestExpressApplication, policy: RequestPolicy): void {
  app.use(requestContext((request) => policy.clientAddress(request)));
}

/**
 * What every HTTP request passes before its route: the host check, CORS, the JSON parser; and what its errors leave
 * through. The app must be created with `bodyParser: false`.
 *
 * @param metricsForAnyHost where they want a token, which no page has that points a name of its own at us
 */
export function configureHttp(
  app: NestExpressApplication,
  policy: RequestPolicy,
  { metricsForAnyHost }: { readonly metricsForAnyHost: boolean },
): void {
  // Nothing of the API is cached, so nothing is worth a digest of every answer.
  app.disable('etag');
  app.use((request: Request, response: Response, next: NextFunction) => {
    // Load balancers ask for the health of an address, monitoring for its metrics.
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
    // The parser knows the registered name only. ASCII is UTF-8.
    if (type !== undefined) {
      request.headers['content-type'] = type.replace(/(;\s*charset\s*=\s*"?)(?:utf8|us-ascii)\b/i, '$1utf-8');
    }
    next();
  });
  app.useBodyParser('json', { limit: MAX_BODY, strict: false });
  app.use((request: Request & { rawBody?: Buffer }, response: Response, next: NextFunction) => {
    // The parser would put replacement characters in the place of what was meant.
    if (request.rawBody === undefined || isUtf8(request.rawBody)) next();
    else sendProblem(response, new AppError('malformed_body', 'The body is not valid UTF-8.'));
  });
  app.useGlobalFilters(new ProblemFilter());
}
