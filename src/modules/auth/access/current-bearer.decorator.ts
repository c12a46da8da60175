import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ApiRequest } from './access.js';
import { type BearerPrincipal } from '../principals/bearer-principal.js';

/** The caller, on routes with `AnyBearer`. */
export const CurrentBearer = createParamDecorator(
  (_data: unknown, context: ExecutionContext): BearerPrincipal | undefined =>
    context.switchToHttp().getRequest<ApiRequest>().bearer,
);
