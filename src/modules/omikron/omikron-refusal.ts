import { AppError } from '../../common/errors/app-error.js';

/** The message types by which the Omikron refuses. */
export type ErrorType =
  | 'error'
  | 'error_invalid_user_id'
  | 'error_invalid_private_key'
  | 'error_invalid_secret'
  | 'error_no_iota'
  | 'error_not_found';

/** The Omikron refuses what a message asks for; the sender is told, with the message's id. */
export class OmikronRefusal extends AppError {
  constructor(
    readonly wireType: ErrorType,
    detail: string,
    /** JSON text of the message's id. */
    readonly replyTo?: string,
  ) {
    super('invalid_input', detail);
  }
}
