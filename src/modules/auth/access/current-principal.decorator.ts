import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ApiRequest } from './access.js';
import { type AccountPrincipal } from '../principals/device-principal.js';

/** Who asks, a device only on routes that take devices; `undefined` only on routes that work without a credential. */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AccountPrincipal | undefined =>
    context.switchToHttp().getRequest<ApiRequest>().principal,
);
