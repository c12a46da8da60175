import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type Response } from 'express';
import { retryAfterOf, statusOf, toAppError } from '../../../common/http/problems/problem.js';
import { type OmegaReason, OmegaRefusal } from '../../../modules/omikron/directory/omega-refusal.js';
import { OmegaErrorDto } from './omega.dto.js';

/** Text and level of `log`, as in Omega; below 2 for conditions that may change at any moment. */
const ANSWERS: Record<OmegaReason, readonly [text: string, level: number]> = {
  'no-node': ['No Omikron found', 2],
  'no-uuid': ['Not a valid UUID provided', 2],
  'no-user': ['The user you are searching does not exist', 2],
  'iota-offline': ['The user you are searching has no online iota', 1],
  'node-draining': ['The omikron with the users iota is full try again later', 0],
};

/** Answers errors in the directory's own format. */
@Catch()
export class FindOmikronFilter implements ExceptionFilter {
  private readonly logger = new Logger('FindOmikron');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toAppError(thrown);
    if (error.kind === 'internal') this.logger.error(error.trace);
    const response = host.switchToHttp().getResponse<Response>();
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
    response.setHeader('Cache-Control', 'no-store');
    const [text, level] = error instanceof OmegaRefusal ? ANSWERS[error.reason] : [error.detail, 2];
    response.status(statusOf(error.kind)).json(OmegaErrorDto.of(text, level));
  }
}
