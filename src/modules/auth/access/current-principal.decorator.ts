import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ApiRequest } from './access.js';
import { type RestPrincipal } from '../principals/machine-key-principal.js';

/** Who asks, a device or machine key only on routes that take them; `undefined` only on routes that work without a credential. */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RestPrincipal | undefined =>
    context.switchToHttp().getRequest<ApiRequest>().principal,
);
