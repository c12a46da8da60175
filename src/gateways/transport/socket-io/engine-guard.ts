import { type IncomingMessage, ServerResponse } from 'node:http';
import { type Server } from 'socket.io';
import { engineQuery } from './engine-query.js';
import { type PlainHost, RETRY_SECONDS } from '../plain/plain-host.js';
import { type RequestPolicy } from '../../../common/http/policy/request-policy.js';

/** Refusals in Engine.IO's own form, with its error codes. */
interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const BAD_REQUEST: Refusal = { status: 400, body: '{"code":3,"message":"Bad request"}' };
const BAD_METHOD: Refusal = { ...BAD_REQUEST, status: 405, headers: { Allow: 'GET, POST' } };
const FORBIDDEN: Refusal = { status: 403, body: '{"code":4,"message":"Forbidden"}' };
const BUSY: Refusal = { ...FORBIDDEN, status: 503, headers: { 'Retry-After': String(RETRY_SECONDS) } };

/**
 * Checks every Engine.IO request, not only the first of a session: a page that could not have opened a session must not
 * use its id either. JSONP is always refused, because scripts are requested without `Origin` and any page may read
 * them. While draining, no session may begin (the router refuses those that begin with an upgrade). Bodies are refused
 * when they would exceed the memory budget.
 */
export function guardEngine(
  { engine }: Server,
  policy: RequestPolicy,
  host: Pick<PlainHost, 'draining' | 'refused'>,
  largest: number,
): void {
  engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const query = engineQuery(request);
    const isNew = !Object.hasOwn(query, 'sid');
    let refusal = refusalOf(policy.refuse(request), query, request, response);
    if (!refusal && ((host.draining && isNew) || !policy.bodies.admits(request, largest))) refusal = BUSY;
    if (!refusal) {
      next();
      return;
    }
    const { status, body, headers } = refusal;
    if (isNew) host.refused(status);
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(body);
  });
}

function refusalOf(
  status: number | undefined,
  query: Readonly<Record<string, string>>,
  { method }: IncomingMessage,
  response: ServerResponse,
): Refusal | undefined {
  if (status !== undefined) return status === FORBIDDEN.status ? FORBIDDEN : BAD_REQUEST;
  if (Object.hasOwn(query, 'j')) return FORBIDDEN;
  // Upgrades come with another kind of response and are always GET.
  if (!(response instanceof ServerResponse) || !Object.hasOwn(query, 'sid')) return undefined;
  // Engine.IO checks only first requests. It answers other methods with 500, and a request to a WebSocket not at all.
  if (method !== 'GET' && method !== 'POST') return BAD_METHOD;
  return query['transport'] === 'websocket' ? BAD_REQUEST : undefined;
}
