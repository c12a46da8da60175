export interface OutgoingBytes {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Blob;
  /** Called with the number of bytes of the body sent so far. */
  readonly onSent?: ((sent: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Behaves like fetch; network errors are TypeErrors, too. */
export function sendBytes(send: typeof fetch, url: string, bytes: OutgoingBytes): Promise<Response> {
  const { method, headers, body, onSent, signal } = bytes;
  const init: RequestInit = { method, headers, signal: signal ?? null };
  if (body === undefined || onSent === undefined) return send(url, { ...init, body: body ?? null });
  // In browsers only the older interface reports the progress of an upload; elsewhere a stream does.
  if (typeof XMLHttpRequest !== 'undefined') return sendByXhr(url, body, onSent, bytes);
  if (!('process' in globalThis)) return send(url, { ...init, body });
  return send(url, { ...init, body: counted(body, onSent), duplex: 'half' } as RequestInit);
}

function counted(body: Blob, onSent: (sent: number) => void): ReadableStream<Uint8Array> {
  let sent = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      controller.enqueue(chunk);
      sent += chunk.length;
      onSent(sent);
    },
  });
  return body.stream().pipeThrough(count);
}

function sendByXhr(
  url: string,
  body: Blob,
  onSent: (sent: number) => void,
  { method, headers, signal }: OutgoingBytes,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = (): void => {
      xhr.abort();
      reject(signal?.reason as Error);
    };
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => {
      onSent(loaded);
    };
    xhr.onerror = () => {
      reject(new TypeError('The network failed'));
    };
    xhr.onload = () => {
      resolve(responseOf(xhr));
    };
    xhr.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else xhr.send(body);
  });
}

function responseOf(xhr: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of xhr.getAllResponseHeaders().split('\r\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  return new Response(xhr.responseText === '' ? null : xhr.responseText, { status: xhr.status, headers });
}
