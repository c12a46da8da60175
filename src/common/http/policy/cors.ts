import { type IncomingMessage } from 'node:http';

/** Seconds a browser may keep the answer to a preflight. */
const PREFLIGHT_SECONDS = 600;

/** What pages may read of answers beside the headers that they always may. */
export const EXPOSED_HEADERS: readonly string[] = [
  ...['Location', 'Retry-After', 'X-Request-Id', 'Allow', 'WWW-Authenticate'],
  ...['ETag', 'Accept-Ranges', 'Content-Range', 'Content-Disposition'],
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size'],
  ...['Upload-Offset', 'Upload-Length', 'Upload-Metadata', 'Upload-Expires'],
];

interface CorsAnswer {
  /** `true` answers with the origin that asked; `false` without any CORS header. */
  readonly origin: boolean;
  readonly credentials: true;
  readonly methods: string[];
  readonly exposedHeaders: string[];
  readonly maxAge: number;
  readonly preflightContinue: boolean;
}

/** What the middleware `cors` asks about every request. */
export type CorsDelegate = (request: IncomingMessage, done: (error: Error | null, options: CorsAnswer) => void) => void;

/**
 * CORS for everything on the port. Old Socket.IO clients always send credentials, and those of a proxy in front may be
 * needed to get here: pages that may connect may send them. No credential of our own is one.
 */
export function corsDelegate(isAllowed: (request: IncomingMessage) => boolean): CorsDelegate {
  return (request, done) => {
    done(null, {
      origin: isAllowed(request),
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [...EXPOSED_HEADERS],
      maxAge: PREFLIGHT_SECONDS,
      // An OPTIONS of no browser has a route, or none.
      preflightContinue: request.headers['access-control-request-method'] === undefined,
    });
  };
}
