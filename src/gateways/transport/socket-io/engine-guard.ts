import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Server } from 'socket.io';
import { type PlainHost, RETRY_SECONDS } from '../plain/plain-host.js';
import { type RequestPolicy } from '../../../common/http/policy/request-policy.js';

const FORBIDDEN = 403;
/** Engine.IO's own numbers of these refusals. */
const BAD_REQUEST_BODY = '{"code":3,"message":"Bad request"}';
const FORBIDDEN_BODY = '{"code":4,"message":"Forbidden"}';

/**
 * Checks every request of Engine.IO, not the first of a session only: whoever learns the id of a session must not use it
 * from a page that could not have opened it. JSONP is answered to nobody: scripts are sent without `Origin` and may be
 * read by any page. While draining, there are no new sessions; the router refuses those that begin with an upgrade. Nor
 * is more read than may be held.
 */
export function guardEngine(
  { engine }: Server,
  policy: RequestPolicy,
  host: Pick<PlainHost, 'draining' | 'refused'>,
  largest: number,
): void {
  engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const query = queryOf(request);
    const status = policy.refuse(request) ?? (query.has('j') ? FORBIDDEN : undefined);
    const isNew = !query.has('sid');
    if (status === undefined && ((host.draining && isNew) || !policy.bodies.admits(request, largest))) {
      if (isNew) host.refused(503);
      response.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': RETRY_SECONDS });
      response.end(FORBIDDEN_BODY);
      return;
    }
    if (status === undefined) {
      next();
      return;
    }
    if (isNew) host.refused(status);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(status === FORBIDDEN ? FORBIDDEN_BODY : BAD_REQUEST_BODY);
  });
}

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams =>
  new URLSearchParams(url.slice(url.indexOf('?') + 1));
