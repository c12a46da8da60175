import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Server } from 'socket.io';
import { type RequestPolicy } from '../../../common/http/policy/request-policy.js';

const FORBIDDEN = 403;
/** Engine.IO's own numbers of these refusals. */
const BAD_REQUEST_BODY = '{"code":3,"message":"Bad request"}';
const FORBIDDEN_BODY = '{"code":4,"message":"Forbidden"}';

/**
 * Checks every request of Engine.IO, not the first of a session only: whoever learns the id of a session must not use it
 * from a page that could not have opened it. JSONP is answered to nobody: scripts are sent without `Origin` and may be
 * read by any page.
 */
export function guardEngine({ engine }: Server, policy: RequestPolicy): void {
  engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const status = policy.refuse(request) ?? (asksForJsonp(request) ? FORBIDDEN : undefined);
    if (status === undefined) {
      next();
      return;
    }
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(status === FORBIDDEN ? FORBIDDEN_BODY : BAD_REQUEST_BODY);
  });
}

function asksForJsonp({ url = '' }: IncomingMessage): boolean {
  return new URLSearchParams(url.slice(url.indexOf('?') + 1)).has('j');
}
