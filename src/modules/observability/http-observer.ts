import { Injectable, Logger } from '@nestjs/common';
import { type NextFunction, type Request, type Response } from 'express';
import { performance } from 'node:perf_hooks';
import { currentRequest } from '../../common/context/request-context.js';
import { Metrics } from './metrics.js';

/**
 * Stands for everything that no route matched: strangers choose those paths, so they get no series and no log entry of
 * their own.
 */
const UNMATCHED = '(none)';

/** Requested every few seconds by machines; only logged when debugging. */
const PROBES: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** One log line and one observation per finished HTTP request: method, route pattern, status, time, address. */
@Injectable()
export class HttpObserver {
  private readonly logger = new Logger('Access');

  constructor(private readonly metrics: Metrics) {}

  /** Express middleware; must come right after the request context, before everything that may answer. */
  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    // The answer ends outside the request's own asynchronous context.
    const context = currentRequest();
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1_000;
      const route = routeOf(request);
      const { method } = request;
      // The client left before it had its answer: nginx's 499.
      const status = response.writableFinished ? response.statusCode : 499;
      this.metrics.observeHttp({ method, route, status, seconds });
      const principal = context?.principal && `${context.principal.kind}:${context.principal.id}`;
      const ms = Math.round(seconds * 1e4) / 10;
      const line = {
        requestId: context?.requestId,
        method,
        route,
        status,
        ms,
        address: context?.address,
        ...(principal && { principal }),
      };
      if (PROBES.has(route)) this.logger.debug('request', line);
      else this.logger.log('request', line);
    });
    next();
  };
}

/** The pattern of the route that answered, as set by Express; static files and unknown paths have none. */
function routeOf(request: Request): string {
  const path: unknown = (request.route as { path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? request.baseUrl + path : UNMATCHED;
}
