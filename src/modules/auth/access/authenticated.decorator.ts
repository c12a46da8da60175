import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { API_KEY_SCHEME } from '../../../common/http/openapi/openapi.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { CALLER, type CALLERS } from '../../../common/http/openapi/openapi-texts.js';
import { ROLES } from '../../../common/security/role.js';
import { ACCESS, type Access } from './access.js';
import { AccessGuard } from './access.guard.js';

const declare = (access: Access, caller: keyof typeof CALLERS): MethodDecorator =>
  applyDecorators(SetMetadata(ACCESS, access), UseGuards(AccessGuard), ApiExtension(CALLER, caller));

/**
 * The route needs a credential: `user` is any person's account, `account` that or a device, `admin` only accounts with
 * that role, all by access token; `application` is a backend by its API key. Sets the guard and writes the OpenAPI
 * security.
 */
export function Authenticated(who: 'user' | 'account' | 'admin' | 'application'): MethodDecorator {
  if (who === 'application') {
    return applyDecorators(declare({ kind: 'application' }, who), ApiSecurity(API_KEY_SCHEME), ApiProblems(401));
  }
  const roles = who === 'admin' ? (['admin'] as const) : ROLES;
  const problems = who === 'admin' ? ApiProblems(401, 403) : ApiProblems(401);
  return applyDecorators(
    declare({ kind: 'authenticated', roles, devices: who === 'account' }, who),
    ApiBearerAuth(),
    problems,
  );
}

/** The route needs any bearer credential of ours: an access token, or a token of a feature. `CurrentBearer` says whose. */
export function AnyBearer(): MethodDecorator {
  return applyDecorators(declare({ kind: 'bearer' }, 'bearer'), ApiBearerAuth(), ApiProblems(401));
}

/** The route works for anyone, and knows the account where an access token is shown. */
export function MaybeAuthenticated(): MethodDecorator {
  return applyDecorators(declare({ kind: 'optional' }, 'optional'), ApiSecurity({}), ApiBearerAuth(), ApiProblems(401));
}

/** The route is for anyone. */
export function Public(): MethodDecorator {
  return declare({ kind: 'public' }, 'public');
}
