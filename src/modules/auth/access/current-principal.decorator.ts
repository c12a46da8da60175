import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ApiRequest } from './access.js';
import { type RestPrincipal } from '../principals/machine-key-principal.js';

/**
 * The caller; a device or machine key only on routes that accept them, `undefined` only on routes that need no
 * credential.
 */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RestPrincipal | undefined =>
    context.switchToHttp().getRequest<ApiRequest>().principal,
);
