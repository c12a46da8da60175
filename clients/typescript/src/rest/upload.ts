import { fullJitter, wait } from '../backoff.js';
import { parsed } from '../json.js';
import { retryAfterMs } from '../retry-after.js';
import { type MediaDto } from './generated/types.gen.js';
import { errorOf, NoAnswer } from './problem.js';
import { type Switchboard } from './switchboard.js';

export interface UploadOptions {
  /** Id of the announced file. */
  readonly media: number;
  readonly file: Blob;
  /** Defaults to the name of a `File`, or else `file`. */
  readonly name?: string;
  readonly onProgress?: (sent: number, total: number) => void;
  readonly signal?: AbortSignal;
  /**
   * Uses tus, the default: an interrupted upload continues where it was, even in a later run. `false`: one multipart
   * request, which starts over when interrupted.
   */
  readonly resumable?: boolean;
  /** Largest piece of a resumable upload in bytes, default 8 MiB. */
  readonly pieceBytes?: number;
  /** Consecutive failed attempts without progress before giving up, default 10. */
  readonly attempts?: number;
}

const PATIENCE = { firstMs: 250, longestMs: 30_000 };
const PASSING = new Set([408, 423, 429, 500, 502, 503, 504]);
const CONFLICT = 409;
const TUS = { 'Tus-Resumable': '1.0.0' };

/** An error that may not occur on the next attempt. */
class Passing extends Error {
  constructor(
    override readonly cause: unknown,
    readonly patienceMs = 0,
  ) {
    super('passing');
  }
}

/**
 * Uploads a file that a message has announced, across network errors and restarts of the server.
 * Rejects with `SwitchboardProblem` or `UnexpectedAnswer` when it is refused, with `NoAnswer` when it has given up,
 * with the signal's reason when it is aborted. A resumable upload may then be started again, and continues.
 */
export async function uploadFile(sdk: Switchboard, options: UploadOptions): Promise<MediaDto> {
  const upload = new Upload(sdk, options);
  await (options.resumable === false ? upload.atOnce() : upload.inPieces());
  return sdk.media.get({ path: { id: options.media } });
}

class Upload {
  private readonly name: string;
  private failures = 0;

  constructor(
    private readonly sdk: Switchboard,
    private readonly options: UploadOptions,
  ) {
    const { file, name } = options;
    this.name = name ?? ('name' in file && typeof file.name === 'string' ? file.name : 'file');
  }

  async atOnce(): Promise<void> {
    const { file, media } = this.options;
    const boundary = crypto.getRandomValues(new Uint32Array(4)).join('-');
    // Names are escaped as browsers do it.
    const name = this.name.replace(/[\r\n"]/g, encodeURIComponent);
    const type = file.type === '' ? 'application/octet-stream' : file.type;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
    const body = new Blob([head, file, `\r\n--${boundary}--\r\n`]);
    const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
    const { size } = new Blob([head]);
    const put = async (): Promise<true> => {
      try {
        await this.send('PUT', `/api/v1/media/${media}/content`, headers, body, -size);
      } catch (error) {
        // A previous attempt succeeded, but its answer was lost.
        if (this.failures === 0 || statusOf(error) !== CONFLICT) throw error;
      }
      return true;
    };
    while ((await this.tried(put)) === undefined);
  }

  async inPieces(): Promise<void> {
    const { file, pieceBytes = 8 * 1024 * 1024 } = this.options;
    let offset: number | undefined;
    while (offset === undefined || offset < file.size) {
      const at: number | undefined = offset;
      offset = await this.tried(async () => {
        if (at === undefined) return (await this.stand()) ?? (await this.begin());
        return this.append(at, file.slice(at, at + pieceBytes));
      });
      if (at !== undefined && offset !== undefined && offset > at) this.failures = 0;
    }
  }

  /** How much of this file the server has. */
  private async stand(): Promise<number | undefined> {
    const answer = await this.tus('HEAD').catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      throw error;
    });
    const sameSize = answer?.headers.get('Upload-Length') === String(this.options.file.size);
    return answer !== undefined && sameSize ? offsetOf(answer) : undefined;
  }

  private async begin(): Promise<number> {
    const { file } = this.options;
    const metadata = `filename ${base64(this.name)},filetype ${base64(file.type)}`;
    await this.tus('POST', { 'Upload-Length': String(file.size), 'Upload-Metadata': metadata });
    return 0;
  }

  private async append(offset: number, piece: Blob): Promise<number> {
    const headers = { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' };
    return offsetOf(await this.tus('PATCH', headers, piece, offset));
  }

  private tus(method: string, headers: Record<string, string> = {}, body?: Blob, before = 0): Promise<Response> {
    return this.send(method, `/api/v1/media/${this.options.media}/upload`, { ...TUS, ...headers }, body, before);
  }

  /** @param before bytes of the file that the server already has, for the progress */
  private async send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Blob | undefined,
    before: number,
  ): Promise<Response> {
    const { file, onProgress, signal } = this.options;
    const onSent =
      onProgress &&
      ((sent: number) => {
        onProgress(Math.max(0, Math.min(before + sent, file.size)), file.size);
      });
    let answer: Response;
    try {
      answer = await this.sdk.sendBytes(path, { method, headers, ...(body && { body }), onSent, signal });
    } catch (error) {
      throw error instanceof TypeError
        ? new Passing(new NoAnswer('The server does not answer', { cause: error }))
        : error;
    }
    if (answer.ok) return answer;
    const text = await answer.text().catch(() => '');
    const error = errorOf(parsed(text) ?? text, answer.status);
    // For a PATCH, a conflict means that the server has more or less than assumed.
    const isPassing = PASSING.has(answer.status) || (answer.status === CONFLICT && method === 'PATCH');
    if (!isPassing) throw error;
    throw new Passing(error, retryAfterMs(answer.headers.get('Retry-After')));
  }

  /** @returns undefined when the step is to be repeated */
  private async tried<T>(step: () => Promise<T>): Promise<T | undefined> {
    const { attempts = 10, signal } = this.options;
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      this.failures++;
      if (this.failures >= attempts) throw error.cause;
      await wait(error.patienceMs + fullJitter(this.failures - 1, PATIENCE), signal);
      return undefined;
    }
  }
}

const statusOf = (error: unknown): unknown => (error as { status?: unknown }).status;

/** @throws Passing for an answer that is not a tus server's */
function offsetOf({ headers, status }: Response): number {
  const offset = Number(headers.get('Upload-Offset') ?? NaN);
  if (Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw new Passing(errorOf('without Upload-Offset', status));
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
