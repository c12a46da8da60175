import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/api-problems.js';
import { ROLES } from '../../common/security/role.js';
import { ACCESS, type Access } from './access.js';
import { AccessGuard } from './access.guard.js';

const declare = (access: Access): MethodDecorator =>
  applyDecorators(SetMetadata(ACCESS, access), UseGuards(AccessGuard));

/**
 * The route needs an access token: `user` is any account, `admin` only those with that role.
 * Sets the guard and writes the OpenAPI security.
 */
export function Authenticated(who: 'user' | 'admin'): MethodDecorator {
  return who === 'admin'
    ? applyDecorators(declare({ kind: 'authenticated', roles: ['admin'] }), ApiBearerAuth(), ApiProblems(401, 403))
    : applyDecorators(declare({ kind: 'authenticated', roles: ROLES }), ApiBearerAuth(), ApiProblems(401));
}

/** The route works for anyone, and knows the account where an access token is shown. */
export function MaybeAuthenticated(): MethodDecorator {
  return applyDecorators(declare({ kind: 'optional' }), ApiSecurity({}), ApiBearerAuth(), ApiProblems(401));
}

/** The route is for anyone. */
export function Public(): MethodDecorator {
  return declare({ kind: 'public' });
}
