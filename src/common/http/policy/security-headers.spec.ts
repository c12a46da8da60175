import { type Request, type Response } from 'express';
import { describe, expect, it } from 'vitest';
import { pagePolicy, securityHeaders } from './security-headers.js';

function headersOf(path: string, tls = false): Map<string, string> {
  const headers = new Map<string, string>([['x-powered-by', 'Express']]);
  const response = {
    setHeader: (name: string, value: string) => headers.set(name.toLowerCase(), value),
    removeHeader: (name: string) => headers.delete(name.toLowerCase()),
  };
  let passed = false;
  securityHeaders(() => tls)({ path } as Request, response as unknown as Response, () => {
    passed = true;
  });
  expect(passed).toBe(true);
  return headers;
}

describe('securityHeaders', () => {
  it('lets responses load, frame and send nothing, and leak no address', () => {
    const headers = headersOf('/api/v1/services');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.has('x-powered-by')).toBe(false);
  });

  it.each(['/docs', '/docs/', '/docs/swagger-ui.css'])('lets Swagger UI at %s use its own files only', (path) => {
    const policy = headersOf(path).get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('https:');
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });

  it.each(['/docs-json', '/docs-asyncapi', '/docsx', '/'])('does not loosen the policy for %s', (path) => {
    expect(headersOf(path).get('content-security-policy')).not.toContain('script-src');
  });

  it('sends HSTS only to clients that use TLS', () => {
    expect(headersOf('/', false).has('strict-transport-security')).toBe(false);
    expect(headersOf('/', true).get('strict-transport-security')).toContain('max-age=31536000');
  });
});

describe('pagePolicy', () => {
  it('lets a page use our own files and nothing inline', () => {
    const policy = pagePolicy();
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'; style-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('lets a page request more', () => {
    expect(pagePolicy({ 'media-src': ["'self'", 'blob:'] })).toContain("media-src 'self' blob:");
  });
});
