import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { type Request, type Response } from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { currentRequest, requestContext } from './request-context.js';

const middleware = requestContext(() => '192.0.2.7');

class FakeResponse extends EventEmitter {
  setHeader = vi.fn();
}

/** A request being served: `look` returns what code that runs for it sees. */
function serve(requestId: string): { look: () => string | undefined; response: FakeResponse } {
  const response = new FakeResponse();
  let look: () => string | undefined = () => undefined;
  middleware({ headers: { 'x-request-id': requestId } } as never as Request, response as never as Response, () => {
    look = AsyncResource.bind(() => currentRequest()?.requestId);
  });
  return { look, response };
}

describe('requestContext', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('keeps requests apart, and is empty outside of them', () => {
    const a = serve('a');
    const b = serve('b');
    expect([a.look(), b.look(), currentRequest()]).toEqual(['a', 'b', undefined]);
    for (const { response } of [a, b]) response.emit('close');
  });

  it('costs nothing when no request has been served for a while, and keeps those that are', () => {
    const long = serve('long');
    const short = serve('short');
    short.response.emit('close');
    vi.advanceTimersByTime(60_000);
    expect([long.look(), short.look()]).toEqual(['long', 'short']);
    long.response.emit('close');
    expect(long.look()).toBe('long');
    vi.advanceTimersByTime(900);
    const next = serve('next');
    vi.advanceTimersByTime(60_000);
    expect([long.look(), next.look()]).toEqual(['long', 'next']);
    next.response.emit('close');
    vi.advanceTimersByTime(2_000);
    // From Node 24 on, a context costs nothing, and code that runs in one keeps it.
    const isKept = Number.parseInt(process.versions.node) >= 24;
    expect([long.look(), next.look()]).toEqual(isKept ? ['long', 'next'] : [undefined, undefined]);
    const again = serve('again');
    expect(again.look()).toBe('again');
    again.response.emit('close');
  });
});
