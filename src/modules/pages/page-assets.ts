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
  /** What the build has compressed, by content coding. */
  readonly encoded: ReadonlyMap<string, Buffer>;
  readonly tag: string;
}

/** The better one first. */
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

/**
 * The files that pages consist of, read once at the start. What is not in this closed list does not exist, so no request
 * reaches the file system.
 */
@Injectable()
export class PageAssets {
  private readonly files = new Map<string, PageAsset>();

  constructor(@Inject(AppConfig) { http }: AppConfig) {
    for (const entry of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      const type = TYPES[path.extname(file)];
      if (!entry.isFile() || type === undefined) continue;
      const text = readFileSync(file, 'utf8').replaceAll('%PUBLIC_URL%', escapeAttribute(http.publicUrl ?? ''));
      const body = Buffer.from(text);
      const tag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
      this.files.set(path.relative(FOLDER, file).split(path.sep).join('/'), {
        type,
        body,
        encoded: encodedOf(file),
        tag,
      });
    }
  }

  /**
   * Answers with one of the files. Browsers ask each time whether theirs is still good, so that a new version of the
   * server never meets an old page.
   * @param name relative to the folder, with `/`
   * @param policy what the page may do, if it needs more than others; for HTML only
   * @throws AppError `not_found`
   */
  send(name: string, request: Request, response: Response, policy = pagePolicy()): void {
    const asset = this.files.get(name);
    if (!asset) throw new AppError('not_found', 'There is nothing at this address.');
    const coding = request.acceptsEncodings([...asset.encoded.keys(), 'identity']) || 'identity';
    const body = asset.encoded.get(coding) ?? asset.body;
    response.set({ 'Content-Type': asset.type, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' });
    response.set('ETag', `"${asset.tag}${body === asset.body ? '' : `-${coding}`}"`);
    if (body !== asset.body) response.set('Content-Encoding', coding);
    if (name.endsWith('.html')) response.set('Content-Security-Policy', policy);
    if (request.fresh) response.status(304).end();
    else response.send(body);
  }
}

function encodedOf(file: string): ReadonlyMap<string, Buffer> {
  const found = Object.entries(CODINGS).filter(([, ending]) => existsSync(file + ending));
  return new Map(found.map(([coding, ending]) => [coding, readFileSync(file + ending)]));
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
