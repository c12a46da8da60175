import { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';

type Directives = Record<string, string[]>;

/** What pages may do by default: nothing, not even be framed. */
const NOTHING: Directives = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** Swagger UI: its own files, its inline styles and the images in them, and requests to this server. */
const SWAGGER: Directives = {
  ...NOTHING,
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
};

/** Pages of our own; see `pagePolicy`. */
const PAGE: Directives = {
  ...NOTHING,
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ["'none'"],
};

type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/** `/docs` and everything below it, but not `/docs-json` and `/docs-asyncapi`. */
const isSwagger = (path: string): boolean => path === '/docs' || path.startsWith('/docs/');

/**
 * Express middleware that sets security headers on every response. By default pages may load nothing, frame nothing and
 * not be framed; `pagePolicy` allows more. Paths may contain endpoint codes, so no referrer is sent. Cross-origin
 * access to the API is governed by CORS alone, and none of these headers gets in its way.
 *
 * HSTS is sent only where `isTls` says that the client uses TLS: over plain HTTP it would be ignored, or, behind a
 * misconfigured proxy, lock users out.
 */
export function securityHeaders(isTls: (request: Request) => boolean): Middleware {
  const common = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  });
  const policies = {
    nothing: helmet.contentSecurityPolicy({ useDefaults: false, directives: NOTHING }),
    swagger: helmet.contentSecurityPolicy({ useDefaults: false, directives: SWAGGER }),
  };
  const hsts = helmet.strictTransportSecurity({ maxAge: 31_536_000, includeSubDomains: false });
  return (request, response, next) => {
    const policy = isSwagger(request.path) ? policies.swagger : policies.nothing;
    common(request, response, () => {
      policy(request, response, () => {
        if (isTls(request)) hsts(request, response, next);
        else next();
      });
    });
  };
}

/**
 * The `Content-Security-Policy` for a page of our own: its own scripts, styles and images, and this server's HTTP and
 * sockets. Nothing inline, and no text that becomes markup (trusted types without any policy).
 * @param more directives that this page needs in addition
 */
export function pagePolicy(more: Directives = {}): string {
  return Object.entries({ ...PAGE, ...more })
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
}
