import { type ErrorKind, PROBLEM_CODES, type ProblemCode } from './problem-codes.js';

/** One invalid member of a request. */
export interface FieldError {
  /** Dotted path of the member, e.g. `members.0.email`. */
  readonly field: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly errors?: readonly FieldError[];
  /** Whole seconds after which a retry makes sense (`Retry-After`). */
  readonly retryAfterSeconds?: number;
  /** Additional members of the problem body (RFC 9457, 3.2). */
  readonly members?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
}

/**
 * The only error that domain code throws. `detail` is shown to callers, so it never holds a secret, SQL or a stack.
 * Each edge maps `kind` in one exhaustive switch.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly members: Readonly<Record<string, string | number>>;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    options: AppErrorOptions = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = PROBLEM_CODES[code].kind;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.members = options.members ?? {};
  }

  /** What a log may show: only the stack, because error objects of the driver also carry query parameters. */
  get trace(): string | undefined {
    return this.cause instanceof Error ? this.cause.stack : this.stack;
  }
}

/** Whether the failure is due to something needed being away. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'unavailable';
}
