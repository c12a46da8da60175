import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { API_KEY_SCHEME, REQUIRED_SCOPE } from '../../../common/http/openapi/openapi.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { CALLER } from '../../../common/http/openapi/openapi-texts.js';
import { ACCESS, type Access, ACCESSES } from './access.js';
import { AccessGuard } from './access.guard.js';
import { isAdministrative, RefusalWatch } from './refusal-watch.guard.js';

/** Everything about a route's callers: metadata for the guard, and security, scope and refusals for the document. */
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
  // For callers with the wrong kind of credential or too low a role.
  decorators.push(ApiProblems(403));
  // The document replaces `true` by the tag and act.
  if (access.keys) decorators.push(ApiProblems('insufficient_scope'), ApiExtension(REQUIRED_SCOPE, true));
  return applyDecorators(...decorators);
}

/**
 * The route needs a credential. With an access token: `user` is any person's account, `account` also a device;
 * `viewer`, `operator` and `admin` are people with at least that role. Those three and `userOrKey` also accept machine
 * keys with the scope named by the route's tag and method. `application` is a backend with its API key.
 */
export function Authenticated(
  who: Exclude<keyof typeof ACCESSES, 'public' | 'optional' | 'bearer' | 'ticketHolder'>,
): MethodDecorator {
  return declare(who);
}

/**
 * The route accepts any of our bearer credentials: an access token, or a feature's token. `CurrentBearer` tells whose.
 */
export function AnyBearer(): MethodDecorator {
  return declare('bearer');
}

/** Like `AnyBearer`, plus applications; `CurrentBearer` or `CurrentApplication` tells who. */
export function TicketHolder(): MethodDecorator {
  return declare('ticketHolder');
}

/** The route works for anyone, and knows the account or machine key if one is presented. */
export function MaybeAuthenticated(): MethodDecorator {
  return declare('optional');
}

/** The route is open to anyone. */
export function Public(): MethodDecorator {
  return declare('public');
}
