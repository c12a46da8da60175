import busboy from 'busboy';
import { type IncomingMessage } from 'node:http';
import { type Readable } from 'node:stream';
import { AppError } from '../../../../common/errors/app-error.js';
import { invalidInput } from '../../../../common/http/input/input.pipe.js';

/** A file being uploaded. */
export interface IncomingFile {
  /** The name that the client gave. */
  readonly name: string | undefined;
  readonly declaredType: string | undefined;
  /** Fails with `payload_too_large` above the limit. */
  readonly content: Readable;
}

/**
 * Passes the file `file` of a multipart request to `take`, as a stream; ignores the rest of the request.
 * @throws AppError `unsupported_media_type`, `malformed_body`, `invalid_input` without such a file, and what `take`
 * throws
 */
export function takeFile<T>(
  request: IncomingMessage,
  maxBytes: number,
  take: (file: IncomingFile) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    // Ended before anybody listened: no event will come, not even its end.
    if (request.destroyed && !request.complete) {
      reject(brokenOff());
      return;
    }
    let parser: busboy.Busboy;
    try {
      const limits = { files: 1, fileSize: maxBytes + 1, fields: 20, fieldSize: 4_096, parts: 25, headerPairs: 50 };
      parser = busboy({ headers: request.headers, limits, defParamCharset: 'utf8' });
    } catch {
      reject(new AppError('unsupported_media_type', 'The body must be multipart/form-data.'));
      return;
    }
    let taken: Promise<T> | undefined;
    const stop = (error: Error): void => {
      request.unpipe(parser);
      // What still comes is read and thrown away, so that the client gets to read the answer.
      request.resume();
      reject(error);
    };
    parser.on('file', (field, content, { filename, mimeType }) => {
      if (field !== 'file' || taken) {
        content.resume();
        return;
      }
      content.once('limit', () => {
        content.destroy(new AppError('payload_too_large', `A file may have at most ${maxBytes} bytes.`));
      });
      taken = take({ name: filename, declaredType: mimeType, content });
      taken.then(resolve, (error: unknown) => {
        content.destroy();
        stop(error as Error);
      });
    });
    parser.once('close', () => {
      if (!taken) stop(invalidInput([{ field: 'file', message: 'is required' }]));
    });
    parser.once('error', () => {
      stop(new AppError('malformed_body', 'The body is not valid multipart/form-data.'));
    });
    request.once('aborted', () => {
      parser.destroy(brokenOff());
    });
    request.pipe(parser);
  });
}

const brokenOff = (): AppError => new AppError('malformed_body', 'The upload was interrupted.');
