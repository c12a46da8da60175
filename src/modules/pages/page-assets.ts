import { Inject, Injectable } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { AppError } from '../../common/errors/app-error.js';
import { pagePolicy } from '../../common/http/security-headers.js';
import { AppConfig } from '../../config/app-config.js';

interface PageAsset {
  readonly type: string;
  readonly body: Buffer;
  readonly tag: string;
}

/** Built beside this file, from the folder of the same name. */
const FOLDER = path.join(import.meta.dirname, 'assets');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What browsers would ask for in vain. */
const SOURCE_MAP = /^\/\/# sourceMappingURL=.*$/gm;

/**
 * The files that pages consist of, read once at the start: the folder `assets`, and libraries under `vendor/`. What is
 * not in this closed list does not exist, so no request reaches the file system.
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
      this.add(path.relative(FOLDER, file).split(path.sep).join('/'), type, Buffer.from(text));
    }
    // The client library of the very server that answers it.
    const socketIo = path.join(path.dirname(createRequire(import.meta.url).resolve('socket.io')), '..');
    const client = readFileSync(path.join(socketIo, 'client-dist/socket.io.esm.min.js'), 'utf8');
    this.add('vendor/socket.io.js', 'text/javascript; charset=utf-8', Buffer.from(client.replace(SOURCE_MAP, '')));
    const qrCode = path.join(path.dirname(createRequire(import.meta.url).resolve('qrcode-generator')), 'qrcode.mjs');
    this.add('vendor/qrcode.js', 'text/javascript; charset=utf-8', readFileSync(qrCode));
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
    response.set({ 'Content-Type': asset.type, 'Cache-Control': 'no-cache', ETag: asset.tag });
    if (name.endsWith('.html')) response.set('Content-Security-Policy', policy);
    if (request.fresh) response.status(304).end();
    else response.send(asset.body);
  }

  private add(name: string, type: string, body: Buffer): void {
    const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    this.files.set(name, { type, body, tag });
  }
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
