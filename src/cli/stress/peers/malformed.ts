import { BINARY, CLOSE, frame, type Outcome, perform, PING, TEXT } from './raw-socket.js';

/** Where something malformed is sent. */
export interface Target {
  readonly url: URL;
  /** Code of an endpoint that may write. */
  readonly writer: string;
  /** Code of an endpoint that may only read. */
  readonly reader: string;
}

interface Case {
  /** Sent after the handshake. */
  readonly then?: Buffer;
  /** Sent instead of the handshake. */
  readonly request?: Buffer;
  /** Defaults to that of an endpoint that writes. */
  readonly path?: (target: Target) => string;
  readonly hangUp?: boolean;
  /** Whether the outcome is right. */
  readonly right: (outcome: Outcome) => boolean;
  /** The right outcome in words. */
  readonly expected: string;
}

const PATIENCE_MS = 5_000;

const closes = (then: Buffer, ...codes: number[]): Case => ({
  then,
  right: ({ close }) => close !== null && codes.includes(close),
  expected: `close ${codes.join(' or ')}`,
});

const refuses = (path: (target: Target) => string, ...statuses: number[]): Case => ({
  path,
  right: ({ status }) => statuses.includes(status),
  expected: `status ${statuses.join(' or ')}`,
});

/** A violation of the framing protocol; a proxy in between may cut the connection before the close frame arrives. */
const breaks = (then: Buffer): Case => closes(then, 1002, 1006, 1007);

const endpoint = (code: string): string => `/ws/endpoint/${code}/?acks=1`;

const CASES = {
  'no-json': closes(frame(TEXT, 'garbage'), 1007),
  empty: closes(frame(TEXT, ''), 1007),
  array: closes(frame(TEXT, '[1]'), 1007),
  'no-message': closes(frame(TEXT, '{"msg":1}'), 1007),
  'cut-json': closes(frame(TEXT, '{"message":{"x":[1,'), 1007),
  binary: closes(frame(BINARY, '{"message":1}'), 1007),
  'invalid-utf8': closes(frame(TEXT, Buffer.from('7b226d657373616765223a22ff227d', 'hex')), 1007),
  'too-large': closes(frame(TEXT, '{"message":"', { claimed: 1n << 40n }), 1009, 1006),
  unmasked: breaks(frame(TEXT, '{"message":1}', { masked: false })),
  'reserved-bit': breaks(frame(TEXT, '{"message":1}', { reserved: 0x20 })),
  'reserved-opcode': breaks(frame(3, 'x')),
  'stray-continuation': breaks(frame(0, 'x')),
  'long-ping': breaks(frame(PING, Buffer.alloc(126))),
  'fragmented-ping': breaks(frame(PING, 'x', { final: false })),
  'short-close': breaks(frame(CLOSE, 'x')),
  'impossible-length': closes(frame(TEXT, '', { claimed: (1n << 64n) - 1n }), 1002, 1006, 1009),
  'half-frame': {
    then: frame(TEXT, '{"message":"half', { claimed: 64n }).subarray(0, 12),
    hangUp: true,
    right: ({ status }) => status === 101,
    expected: 'a handshake',
  },
  'from-reader': {
    path: ({ reader }) => endpoint(reader),
    then: Buffer.concat([frame(TEXT, 'garbage'), frame(BINARY, 'x'), frame(TEXT, '{"msg":1}')]),
    right: ({ alive, close }) => alive && close === null,
    expected: 'no answer and an open connection',
  },
  'unknown-code': refuses(() => endpoint('nobody'), 403),
  'unknown-path': refuses(() => '/ws/nowhere/', 404),
  'bad-escape': refuses(() => '/ws/endpoint/%E0%A4%A/', 400, 403, 404),
  'no-http': {
    request: Buffer.from('\u0016\u0003\u0001 this is no HTTP\r\n\r\n', 'latin1'),
    right: ({ status, close }) => status === 400 || close === 1006,
    expected: 'status 400 or the end',
  },
} as const satisfies Record<string, Case>;

export type MalformedKind = keyof typeof CASES;
export const MALFORMED_KINDS = Object.keys(CASES) as MalformedKind[];

export interface MalformedResult {
  readonly kind: MalformedKind;
  /** `null`: as it should be; otherwise what happened instead. `away`: there was no server to send it to. */
  readonly wrong: string | null;
  readonly away: boolean;
}

/** Sends it on a connection of its own. */
export async function sayMalformed(kind: MalformedKind, target: Target): Promise<MalformedResult> {
  const { path, then, request, hangUp, right, expected }: Case = CASES[kind];
  const outcome = await perform(target.url, {
    path: path ? path(target) : endpoint(target.writer),
    patienceMs: PATIENCE_MS,
    ...(then && { then }),
    ...(request && { request }),
    ...(hangUp && { hangUp }),
  });
  const { status, close } = outcome;
  if (right(outcome)) return { kind, wrong: null, away: false };
  // Neither a node that drains or is suspended answers the question, nor a proxy without a server behind it.
  const away = status >= 500 || (status === 0 && !request) || close === 1012;
  return { kind, wrong: `expected ${expected}, got status ${status}, close ${close ?? 'none'}`, away };
}
