import { isUtf8 } from 'node:buffer';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';
import { requestContext } from '../context/request-context.js';
import { AppError } from '../errors/app-error.js';
import { clientAddress, isTlsRequest, type TrustedProxies } from './client-address.js';
import { type HostSettings, isHostAllowed } from './host-policy.js';
import { isOriginAllowed, type OriginSettings } from './origin-policy.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';

/** Bytes of a JSON body. */
const MAX_BODY = 1_048_576;
/** Seconds a browser may keep the answer to a preflight. */
const PREFLIGHT_SECONDS = 600;

/** Whether the client of an HTTP request speaks TLS. */
export const isTls = ({ socket, headers }: Request, proxies: TrustedProxies): boolean =>
  isTlsRequest('encrypted' in socket, socket.remoteAddress, headers['x-forwarded-proto'], proxies);

/** The request's id and client address, known to everything that follows: goes first. */
export function identifyRequests(app: NestExpressApplication, proxies: TrustedProxies): void {
  app.use(
    requestContext(({ socket, headers }) => clientAddress(socket.remoteAddress, headers['x-forwarded-for'], proxies)),
  );
}

/**
 * What every HTTP request passes before its route: the host check, CORS, the JSON parser; and what its errors leave
 * through. The app must be created with `bodyParser: false`.
 */
export function configureHttp(
  app: NestExpressApplication,
  settings: HostSettings & OriginSettings,
  proxies: TrustedProxies,
): void {
  // Nothing of the API is cached, so nothing is worth a digest of every answer.
  app.disable('etag');
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (isHostAllowed(request.headers.host, settings)) next();
    else sendProblem(response, new AppError('host_not_allowed', 'This server does not answer for that host name.'));
  });
  app.enableCors((request: Request, done: (error: Error | null, options: CorsAnswer) => void) => {
    const { origin, host } = request.headers;
    done(null, {
      origin: isOriginAllowed(origin, host, settings, isTls(request, proxies)),
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['Location', 'Retry-After', 'X-Request-Id'],
      maxAge: PREFLIGHT_SECONDS,
    });
  });
  app.useBodyParser('json', { limit: MAX_BODY, strict: false });
  app.use((request: Request & { rawBody?: Buffer }, response: Response, next: NextFunction) => {
    // The parser would put replacement characters in the place of what was meant.
    if (request.rawBody === undefined || isUtf8(request.rawBody)) next();
    else sendProblem(response, new AppError('malformed_body', 'The body is not valid UTF-8.'));
  });
  app.useGlobalFilters(new ProblemFilter());
}

interface CorsAnswer {
  /** `true` answers with the origin that asked; `false` without any CORS header. */
  readonly origin: boolean;
  readonly methods: string[];
  readonly exposedHeaders: string[];
  readonly maxAge: number;
}
