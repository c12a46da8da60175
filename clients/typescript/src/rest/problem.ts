import { type ProblemCode } from './generated/types.gen.js';

export { type ProblemCode };

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A refusal by the server (RFC 9457). A newer server may send a `code` that this version's type does not list. */
export class SwitchboardProblem extends Error {
  override readonly name = 'SwitchboardProblem';

  constructor(
    readonly code: ProblemCode,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** Quote it to the operator: it is in the server's logs. */
    readonly requestId: string | undefined,
    /** The invalid members, with 422. */
    readonly errors: readonly FieldError[],
  ) {
    super(detail === '' ? title : detail);
  }
}

/** An answer that is not Switchboard's, for example a proxy's error page. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`The answer ${status} is no problem document`);
  }
}

/** No answer came within the allowed number of attempts. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The error for an answer of status 400 or above. */
export function errorOf(body: unknown, status: number): SwitchboardProblem | UnexpectedAnswer {
  if (!isProblem(body)) return new UnexpectedAnswer(status, body);
  const { code, title, detail, requestId, errors } = body;
  return new SwitchboardProblem(code, status, title, detail ?? '', requestId, errors ?? []);
}

interface ProblemBody {
  readonly code: ProblemCode;
  readonly title: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly FieldError[];
}

function isProblem(body: unknown): body is ProblemBody {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'title' in body &&
    typeof body.title === 'string'
  );
}
