import { Inject, Injectable } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../common/errors/app-error.js';
import { pagePolicy } from '../../common/http/policy/security-headers.js';
import { PROGRAM_FOLDER } from '../../common/program-version.js';
import { AppConfig } from '../../config/app-config.js';

interface PageAsset {
  readonly type: string;
  readonly body: Buffer;
  /** Compressed forms made by the build, by content coding. */
  readonly encoded: ReadonlyMap<string, Buffer>;
  readonly tag: string;
}

/** In order of preference. */
const CODINGS = { br: '.br', gzip: '.gz' } as const;

/** What `vite build` made of the folder `web`. */
const FOLDER = path.join(PROGRAM_FOLDER, 'dist', 'web');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

/** A path that begins with the version of all files; its content never changes. */
const VERSIONED = /^~([\w-]{22})\/(.+)$/;

/**
 * The files that pages consist of, read once at the start. Nothing outside this closed list exists, so no request
 * reaches the file system.
 */
@Injectable()
export class PageAssets {
  private readonly files = new Map<string, PageAsset>();
  private readonly version: string;

  constructor(@Inject(AppConfig) { http }: AppConfig) {
    const read = new Map<string, Buffer>();
    for (const entry of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile() && path.extname(file) in TYPES) read.set(path.relative(FOLDER, file), readFileSync(file));
    }
    // The same on all nodes that run this build, whatever their settings.
    this.version = tagOf([...read].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([file, text]) => [file, '\0', text]));
    const publicUrl = escapeAttribute(http.publicUrl ?? '');
    for (const [file, text] of read) {
      const isPage = file.endsWith('.html');
      const filled = () =>
        text.toString().replaceAll('%PUBLIC_URL%', publicUrl).replaceAll('/~VERSION/', `/~${this.version}/`);
      const body = isPage ? Buffer.from(filled()) : text;
      this.files.set(file.split(path.sep).join('/'), {
        type: TYPES[path.extname(file)] ?? '',
        body,
        encoded: encodedOf(path.join(FOLDER, file)),
        tag: tagOf([body]),
      });
    }
  }

  /**
   * Makes the browser load parts of a page along with it, instead of only when it asks; none if the first is unknown.
   */
  preload(parts: readonly string[], response: Response): void {
    if (!this.files.has(`${parts[0] ?? ''}.js`)) return;
    const link = (file: string, how: string) =>
      this.files.has(file) ? [`</assets/~${this.version}/${file}>; ${how}`] : [];
    const links = parts.flatMap((part) => [
      ...link(`${part}.js`, 'rel=modulepreload; crossorigin'),
      ...link(`${part}.css`, 'rel=preload; as=style; crossorigin'),
    ]);
    response.append('Link', links);
  }

  /**
   * Answers with one of the files. Browsers ask for pages each time, so that a new server never meets an old page; they
   * keep the versioned files that pages refer to. A request for another version, as while nodes are replaced, gets the
   * current file.
   * @param name relative to the folder, with `/`; the version may come before
   * @param policy what the page may do, if it needs more than others; for HTML only
   * @throws AppError `not_found`
   */
  send(name: string, request: Request, response: Response, policy = pagePolicy()): void {
    const [, version, plain = name] = VERSIONED.exec(name) ?? [];
    const asset = this.files.get(plain);
    if (!asset) throw new AppError('not_found', 'There is nothing at this address.');
    const coding = request.acceptsEncodings([...asset.encoded.keys(), 'identity']) || 'identity';
    const body = asset.encoded.get(coding) ?? asset.body;
    const isPage = plain.endsWith('.html');
    const caching = version === this.version && !isPage ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.set({ 'Content-Type': asset.type, 'Cache-Control': caching, Vary: 'Accept-Encoding' });
    response.set('ETag', `"${asset.tag}${body === asset.body ? '' : `-${coding}`}"`);
    if (body !== asset.body) response.set('Content-Encoding', coding);
    if (isPage) response.set('Content-Security-Policy', policy);
    if (request.fresh) response.status(304).end();
    else response.send(body);
  }
}

function tagOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64url').slice(0, 22);
}

function encodedOf(file: string): ReadonlyMap<string, Buffer> {
  const found = Object.entries(CODINGS).filter(([, ending]) => existsSync(file + ending));
  return new Map(found.map(([coding, ending]) => [coding, readFileSync(file + ending)]));
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
