import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ApiRequest } from './access.js';
import { type ApplicationPrincipal } from '../principals/application-principal.js';

/** The calling application, on routes with `Authenticated('application')`. */
export const CurrentApplication = createParamDecorator(
  (_data: unknown, context: ExecutionContext): ApplicationPrincipal | undefined =>
    context.switchToHttp().getRequest<ApiRequest>().application,
);
