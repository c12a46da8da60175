import { isUtf8 } from 'node:buffer';
import { type Request } from 'express';
import { JsonScanner } from '../../json/json-object-text.js';

/**
 * The text of a member of a JSON body as the caller wrote it, for values that are passed on and must not lose precision
 * to parsing. `parsed` is what the body parser made of it: the fallback for bodies in another encoding than UTF-8.
 */
export function memberText(request: Request, name: string, parsed: unknown): Buffer {
  const { rawBody } = request as Request & { rawBody?: Buffer };
  const text = rawBody && isUtf8(rawBody) ? new JsonScanner([name]).scan(rawBody)?.textOf(name) : undefined;
  return text ?? Buffer.from(JSON.stringify(parsed));
}
