import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type SendMany } from './turn-sender.js';

const FILE = `send-many-${process.platform}-${process.arch}.node`;

/** The project root, equally far up from the sources and from dist. */
const ROOT = path.resolve(import.meta.dirname, '../../../..');
const FOLDERS = [path.join(ROOT, 'native'), path.join(ROOT, 'dist/native')];

/** The function from native/send-many.c, or the reason why it is unavailable. */
export function loadSendMany(): SendMany | Error {
  const file = FOLDERS.map((folder) => path.join(folder, FILE)).find((each) => existsSync(each));
  if (file === undefined) return new Error('it was not built, for want of a C compiler or of headers of Node');
  try {
    const { sendMany } = createRequire(import.meta.url)(file) as { readonly sendMany: SendMany };
    return sendMany;
  } catch (error) {
    return error as Error;
  }
}
