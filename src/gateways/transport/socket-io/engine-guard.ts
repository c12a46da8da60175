import { type IncomingMessage, ServerResponse } from 'node:http';
import { type Server } from 'socket.io';
import { type PlainHost, RETRY_SECONDS } from '../plain/plain-host.js';
import { type RequestPolicy } from '../../../common/http/policy/request-policy.js';

/** What Engine.IO itself answers with, by its own numbers. */
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
    const isNew = !query.has('sid');
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
  query: URLSearchParams,
  { method }: IncomingMessage,
  response: ServerResponse,
): Refusal | undefined {
  if (status !== undefined) return status === FORBIDDEN.status ? FORBIDDEN : BAD_REQUEST;
  if (query.has('j')) return FORBIDDEN;
  // An upgrade has a response of another kind, and is a GET.
  if (!(response instanceof ServerResponse) || !query.has('sid')) return undefined;
  // Engine.IO looks at first requests only. It answers other methods with 500, and a request to a WebSocket never.
  if (method !== 'GET' && method !== 'POST') return BAD_METHOD;
  return query.getAll('transport').at(-1) === 'websocket' ? BAD_REQUEST : undefined;
}

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams =>
  new URLSearchParams(url.slice(url.indexOf('?') + 1));
