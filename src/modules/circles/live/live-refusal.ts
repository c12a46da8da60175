import { AppError } from '../../../common/errors/app-error.js';
import { type ProblemCode } from '../../../common/errors/problem-codes.js';

/** Reasons for refusing an event of a socket. */
const REASONS = {
  'already-authenticated': 'conflict',
  'not-authenticated': 'unauthenticated',
  'token-missing': 'unauthenticated',
  'identity-unknown': 'unauthenticated',
  'circle-closed': 'forbidden',
  'conversation-closed': 'forbidden',
  'conversation-unknown': 'not_found',
  'sender-not-taking-part': 'forbidden',
  'message-empty': 'invalid_input',
  'client-id-reused': 'conflict',
  'recipient-unknown': 'not_found',
  'recipient-offline': 'not_found',
} as const satisfies Record<string, ProblemCode>;

export type LiveReason = keyof typeof REASONS;

/** A refusal without a text: the gateway decides what the client reads. */
export class LiveRefusal extends AppError {
  constructor(readonly reason: LiveReason) {
    super(REASONS[reason], reason);
  }
}
