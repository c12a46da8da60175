import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { API_KEY_SCHEME, REQUIRED_SCOPE } from '../../../common/http/openapi/openapi.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { CALLER } from '../../../common/http/openapi/openapi-texts.js';
import { ACCESS, type Access, ACCESSES } from './access.js';
import { AccessGuard } from './access.guard.js';
import { isAdministrative, RefusalWatch } from './refusal-watch.guard.js';

/** All that is said of a route's callers: metadata for the guard, security, scope and refusals for the document. */
function declare(caller: keyof typeof ACCESSES): MethodDecorator {
  const access: Access = ACCESSES[caller];
  const guards = isAdministrative(access) ? [RefusalWatch, AccessGuard] : [AccessGuard];
  const decorators = [SetMetadata(ACCESS, access), UseGuards(...guards), ApiExtension(CALLER, caller)];
  if (access.kind === 'public') return applyDecorators(...decorators);
  if (access.kind === 'account' && access.anyone) decorators.push(ApiSecurity({}));
  const takesApiKeys = access.kind === 'application' || access.applications === true;
  decorators.push(ApiProblems(401));
  if (takesApiKeys) decorators.push(ApiSecurity(API_KEY_SCHEME));
  if (access.kind !== 'application') decorators.push(ApiBearerAuth());
  if (access.kind === 'bearer' && access.applications) decorators.push(ApiProblems(403));
  if (access.kind !== 'account') return applyDecorators(...decorators);
  // Whoever comes with the wrong kind of credential or too small a role.
  decorators.push(ApiProblems(403));
  // The document puts the tag and the act in its place.
  if (access.keys) decorators.push(ApiProblems('insufficient_scope'), ApiExtension(REQUIRED_SCOPE, true));
  return applyDecorators(...decorators);
}

/**
 * The route needs a credential. By access token: `user` is any person's account, `account` that or a device, `viewer`,
 * `operator` and `admin` are people from that role on; these routes, and those of `userOrKey`, also take machine keys
 * with the scope that the tag and the method of the route name. `application` is a backend by its API key.
 */
export function Authenticated(
  who: Exclude<keyof typeof ACCESSES, 'public' | 'optional' | 'bearer' | 'ticketHolder'>,
): MethodDecorator {
  return declare(who);
}

/** The route needs any bearer credential of ours: an access token, or a token of a feature. `CurrentBearer` says whose. */
export function AnyBearer(): MethodDecorator {
  return declare('bearer');
}

/** As `AnyBearer`, and applications; `CurrentBearer` or `CurrentApplication` says who. */
export function TicketHolder(): MethodDecorator {
  return declare('ticketHolder');
}

/** The route works for anyone, and knows the account or machine key where one is shown. */
export function MaybeAuthenticated(): MethodDecorator {
  return declare('optional');
}

/** The route is for anyone. */
export function Public(): MethodDecorator {
  return declare('public');
}
