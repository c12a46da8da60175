import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ApiRequest } from './access.js';
import { type UserPrincipal } from './user-principal.js';

/** Who asks; `undefined` only on routes that work without a credential. */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): UserPrincipal | undefined =>
    context.switchToHttp().getRequest<ApiRequest>().principal,
);
