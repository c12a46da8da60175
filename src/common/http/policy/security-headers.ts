import { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';

type Directives = Record<string, string[]>;

/** What a page may do that says nothing else: nothing, not even be framed. */
const NOTHING: Directives = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** Swagger UI: its own files, its inline styles and the images inside them, requests to this server. */
const SWAGGER: Directives = {
  ...NOTHING,
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
};

/** A page of ours; see `pagePolicy`. */
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

/** `/docs` and what lies below, but not its twins `/docs-json` and `/docs-asyncapi`. */
const isSwagger = (path: string): boolean => path === '/docs' || path.startsWith('/docs/');

/**
 * Express middleware: security headers on every answer. No page may load, frame or be framed unless it says otherwise
 * with `pagePolicy`; paths can hold endpoint codes, so no referrer leaves. The API answers cross-origin requests by CORS
 * alone: none of these headers stands in its way.
 *
 * HSTS is sent only where `isTls` says that the client speaks TLS; over plain HTTP it would be ignored or, behind
 * a wrong proxy, lock users out.
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
 * The policy of a page of ours, for `Content-Security-Policy`: its own scripts, styles and images, and this server's
 * HTTP and sockets. Nothing inline, and no text that becomes markup (trusted types without any policy).
 * @param more directives that this page needs beside those
 */
export function pagePolicy(more: Directives = {}): string {
  return Object.entries({ ...PAGE, ...more })
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
}
