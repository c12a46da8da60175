import { type IncomingMessage } from 'node:http';

/** Seconds a browser may cache a preflight response. */
const PREFLIGHT_SECONDS = 600;

/** Response headers that pages may read in addition to those they always may. */
export const EXPOSED_HEADERS: readonly string[] = [
  ...['Location', 'Retry-After', 'X-Request-Id', 'Allow', 'WWW-Authenticate'],
  ...['ETag', 'Accept-Ranges', 'Content-Range', 'Content-Disposition'],
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size'],
  ...['Upload-Offset', 'Upload-Length', 'Upload-Metadata', 'Upload-Expires'],
];

interface CorsAnswer {
  /** `true` echoes the requesting origin; `false` sends no CORS headers. */
  readonly origin: boolean;
  readonly credentials: true;
  readonly methods: string[];
  readonly exposedHeaders: string[];
  readonly maxAge: number;
  readonly preflightContinue: boolean;
}

/** What the `cors` middleware calls for every request. */
export type CorsDelegate = (request: IncomingMessage, done: (error: Error | null, options: CorsAnswer) => void) => void;

/**
 * CORS for everything on the port. Allowed pages may send credentials: old Socket.IO clients always do, and a proxy in
 * front may need its own. The server's own credentials are never among those that browsers send by themselves.
 */
export function corsDelegate(isAllowed: (request: IncomingMessage) => boolean): CorsDelegate {
  return (request, done) => {
    done(null, {
      origin: isAllowed(request),
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [...EXPOSED_HEADERS],
      maxAge: PREFLIGHT_SECONDS,
      // An OPTIONS request that is not a preflight goes on to the routes.
      preflightContinue: request.headers['access-control-request-method'] === undefined,
    });
  };
}
