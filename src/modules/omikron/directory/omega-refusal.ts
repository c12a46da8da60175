import { AppError } from '../../../common/errors/app-error.js';
import { type ProblemCode } from '../../../common/errors/problem-codes.js';

/** Why the directory names no host. */
const REASONS = {
  'no-node': 'not_found',
  'no-uuid': 'malformed_request',
  'no-user': 'not_found',
  'iota-offline': 'not_found',
  'node-draining': 'unavailable',
} as const satisfies Record<string, ProblemCode>;

export type OmegaReason = keyof typeof REASONS;

/** A refusal without a text: the gateway decides what the client reads. */
export class OmegaRefusal extends AppError {
  constructor(readonly reason: OmegaReason) {
    super(REASONS[reason], reason);
  }
}
