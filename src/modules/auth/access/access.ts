import { type Request } from 'express';
import { type Role } from '../../../common/security/role.js';
import { type ApplicationPrincipal } from '../principals/application-principal.js';
import { type BearerPrincipal } from '../principals/bearer-principal.js';
import { type RestPrincipal } from '../principals/machine-key-principal.js';

/** Accounts by access token, and who else comes by `Authorization: Bearer`. */
export interface AccountAccess {
  readonly kind: 'account';
  /** The least role of a person. */
  readonly role: Role;
  readonly devices?: true;
  /** Machine keys with the route's scope. */
  readonly keys?: true;
  /** Also whoever shows no credential; one that is shown must be valid. */
  readonly anyone?: true;
  /** Applications, by API key; the route says which of them. */
  readonly applications?: true;
}

/** Who may call a route, as its decorator declares it and the guard enforces it. */
export type Access =
  | AccountAccess
  | { readonly kind: 'public' }
  /** An application, by its API key. */
  | { readonly kind: 'application' }
  /** Whoever has an access token, or a token of a feature; `applications`: and those, by API key. */
  | { readonly kind: 'bearer'; readonly applications?: true };

/** What each word for the callers of a route means; `CALLERS` says it to people. */
export const ACCESSES = {
  public: { kind: 'public' },
  optional: { kind: 'account', role: 'user', keys: true, anyone: true },
  user: { kind: 'account', role: 'user' },
  userOrKey: { kind: 'account', role: 'user', keys: true },
  account: { kind: 'account', role: 'user', devices: true },
  viewer: { kind: 'account', role: 'viewer', keys: true },
  operator: { kind: 'account', role: 'operator', keys: true },
  admin: { kind: 'account', role: 'admin', keys: true },
  viewerOrApplication: { kind: 'account', role: 'viewer', keys: true, applications: true },
  adminOrApplication: { kind: 'account', role: 'admin', keys: true, applications: true },
  application: { kind: 'application' },
  bearer: { kind: 'bearer' },
  ticketHolder: { kind: 'bearer', applications: true },
} as const satisfies Record<string, Access>;

/** Metadata key of a route's `Access`. */
export const ACCESS = 'auth:access';

/** A request after the guard. */
export interface ApiRequest extends Request {
  principal?: RestPrincipal;
  application?: ApplicationPrincipal;
  bearer?: BearerPrincipal;
}
