import { type IncomingMessage } from 'node:http';

/** Engine.IO takes the query from here if it has already been parsed. */
interface Queried extends IncomingMessage {
  _query?: Readonly<Record<string, string>>;
}

/** The query of an Engine.IO request, parsed once. Of repeated names, the last value counts. */
export function engineQuery(request: Queried): Readonly<Record<string, string>> {
  return (request._query ??= read(request.url ?? ''));
}

function read(url: string): Readonly<Record<string, string>> {
  const start = url.indexOf('?');
  return Object.fromEntries(new URLSearchParams(start < 0 ? '' : url.slice(start + 1)));
}
