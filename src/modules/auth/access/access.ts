import { type Request } from 'express';
import { type Role } from '../../../common/security/role.js';
import { type ApplicationPrincipal } from '../principals/application-principal.js';
import { type BearerPrincipal } from '../principals/bearer-principal.js';
import { type AccountPrincipal } from '../principals/device-principal.js';

/** Who may call a route, as its decorator declares it and the guard enforces it. */
export type Access =
  | { readonly kind: 'public' }
  /** Works without a credential; one that is shown must be valid. */
  | { readonly kind: 'optional' }
  | { readonly kind: 'authenticated'; readonly roles: readonly Role[]; readonly devices: boolean }
  /** An application, by its API key. */
  | { readonly kind: 'application' }
  /** Whoever has an access token, or a token of a feature. */
  | { readonly kind: 'bearer' };

/** Metadata key of a route's `Access`. */
export const ACCESS = 'auth:access';

/** A request after the guard. */
export interface ApiRequest extends Request {
  principal?: AccountPrincipal;
  application?: ApplicationPrincipal;
  bearer?: BearerPrincipal;
}
