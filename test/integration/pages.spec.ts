import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startApp } from '../support/app.js';
import { cleanUpProcesses, startProcess } from '../support/process.js';

let server: RunningApp;

beforeAll(async () => {
  server = await startApp({ PUBLIC_URL: 'https://relay.example.org/"><script>' });
});

afterAll(() => server.close());

const get = (path: string, init: RequestInit = {}) => fetch(server.url + path, { redirect: 'manual', ...init });

/** The paths on this server that a page or script refers to. */
const references = (text: string) =>
  [...text.matchAll(/(?:href|src)="(\/[^"]*)"|(?:from|import\()\s*'([^']+\.js)'/g)].map(
    ([, link, file]) => link ?? file!,
  );

describe('pages', () => {
  it('link to and load only what exists, and nothing from elsewhere', async () => {
    const seen = new Set<string>();
    const visit = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const answer = await get(path);
      expect([path, answer.status]).toEqual([path, 200]);
      const type = answer.headers.get('content-type') ?? '';
      // Third-party files only have to exist.
      if (/^\/(docs(?!-asyncapi)|assets\/~[^/]+\/vendor)/.test(path) || !/html|javascript/.test(type)) return;
      const text = await answer.text();
      expect(text).not.toMatch(/(?:href|src)="(?:https?:)?\/\/|\sstyle=|\son[a-z]+=|<script>|<style/);
      for (const reference of references(text)) await visit(new URL(reference, server.url + path).pathname);
    };
    await visit('/');
    const plain = [...seen].map((path) => path.replace(/^\/assets\/~[\w-]{22}\//, '/assets/'));
    expect(plain).toEqual(
      expect.arrayContaining([
        '/exhibit/',
        '/console/',
        '/docs',
        '/docs-json',
        '/health/ready',
        '/metrics',
        '/assets/pages.css',
      ]),
    );
    expect(plain).toEqual(expect.arrayContaining(['/assets/exhibit/main.js', '/assets/vendor/qrcode.js']));
  });

  it.each(['/', '/exhibit/', '/exhibit'])('%s may only run and show its own files', async (path) => {
    const answer = await get(path);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'; style-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('contain the configured address as text', async () => {
    const text = await (await get('/exhibit/')).text();
    expect(text).toContain('name="public-url" content="https://relay.example.org/');
    expect(text).not.toContain('<script>');
  });

  it('are revalidated with their tag, and then not sent again', async () => {
    const first = await get('/assets/pages.css');
    expect(first.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const again = await get('/assets/pages.css', {
      headers: { 'if-none-match': first.headers.get('etag')!, 'cache-control': 'max-age=0' },
    });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect((await get('/exhibit/', { method: 'HEAD' })).status).toBe(200);
  });

  it('name their files by version, which browsers cache; other versions get the current files, uncached', async () => {
    const page = await (await get('/exhibit/')).text();
    const [script = ''] = references(page).filter((link) => link.endsWith('/exhibit/main.js'));
    expect(script).toMatch(/^\/assets\/~[\w-]{22}\/exhibit\/main\.js$/);
    const kept = await get(script);
    expect(kept.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const other = await get(script.replace(/~[\w-]{22}/, `~${'x'.repeat(22)}`));
    expect([other.status, other.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(await other.text()).toBe(await kept.text());
    const document = await get(script.replace('main.js', 'index.html'));
    expect(document.headers.get('cache-control')).toBe('no-cache');
  });

  it.each([
    ['/console/', 'overview'],
    ['/console/rooms/1/lobby?q=x', 'rooms'],
    ['/console/home-servers', 'home-servers'],
  ])('%s preloads its screen', async (path, screen) => {
    const link = (await get(path)).headers.get('link') ?? '';
    const [, script = ''] = /<([^>]+)>; rel=modulepreload/.exec(link) ?? [];
    expect(script).toMatch(new RegExp(`/console/${screen}\\.js$`));
    expect((await get(script)).status).toBe(200);
  });

  it.each(['/console/nothing', '/console/__proto__', '/console/..%2fcall'])('%s preloads nothing', async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('link')]).toEqual([200, null]);
  });

  it.each([
    '/assets/',
    '/assets/~',
    `/assets/~${'x'.repeat(22)}/nothing.js`,
    `/assets/~${'x'.repeat(22)}/..%2f..%2fpackage.json`,
    '/assets/nothing.js',
    '/assets/vendor/qrcode.d.ts',
    '/assets/%2e%2e/page-assets.js',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/exhibit',
    '/assets/__proto__',
    '/exhibit/other',
  ])('%s does not exist', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each(['/admin', '/admin/', '/admin/login/?next=//evil.example'])('%s leads to the console', async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console/']);
  });

  it('are part of the build', { timeout: 120_000 }, async () => {
    try {
      const built = await startProcess({ DATABASE_URL: server.database.url });
      const url = await built.url;
      for (const path of [
        '/',
        '/exhibit/',
        '/assets/exhibit/main.js',
        '/assets/vendor/qrcode.js',
        '/assets/icon.svg',
      ]) {
        const [theirs, ours] = await Promise.all([fetch(url + path), get(path)]);
        expect([path, theirs.status]).toEqual([path, 200]);
        if (path !== '/exhibit/') expect(await theirs.text()).toBe(await ours.text());
      }
    } finally {
      await cleanUpProcesses();
    }
  });
});
