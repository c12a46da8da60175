import { isUtf8 } from 'node:buffer';
import { type Request } from 'express';
import { JsonScanner } from '../../json/json-object-text.js';

/**
 * The JSON text of a body member exactly as the caller wrote it, for values that are passed on and must not lose
 * precision. `parsed` is what the body parser made of it, the fallback for bodies in other encodings than UTF-8.
 */
export function memberText(request: Request, name: string, parsed: unknown): Buffer {
  const { rawBody } = request as Request & { rawBody?: Buffer };
  const text = rawBody && isUtf8(rawBody) ? new JsonScanner([name]).scan(rawBody)?.textOf(name) : undefined;
  return text ?? Buffer.from(JSON.stringify(parsed));
}
