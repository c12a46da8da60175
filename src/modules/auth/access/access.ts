import { type Request } from 'express';
import { type Role } from '../../../common/security/role.js';
import { type ApplicationPrincipal } from '../principals/application-principal.js';
import { type BearerPrincipal } from '../principals/bearer-principal.js';
import { type RestPrincipal } from '../principals/machine-key-principal.js';

/** Accounts with an access token, and others that use `Authorization: Bearer`. */
export interface AccountAccess {
  readonly kind: 'account';
  /** The lowest role a person needs. */
  readonly role: Role;
  readonly devices?: true;
  /** Machine keys with the route's scope. */
  readonly keys?: true;
  /** Requests without a credential too; if one is presented, it must be valid. */
  readonly anyone?: true;
  /** Applications, with an API key; the route itself decides which. */
  readonly applications?: true;
}

/** Who may call a route: declared by its decorator, enforced by the guard. */
export type Access =
  | AccountAccess
  | { readonly kind: 'public' }
  /** An application, with its API key. */
  | { readonly kind: 'application' }
  /** The holder of an access token or a feature's token; with `applications`, also applications with an API key. */
  | { readonly kind: 'bearer'; readonly applications?: true };

/** What each kind of caller means; `CALLERS` describes them for people. */
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

/** A request that has passed the guard. */
export interface ApiRequest extends Request {
  principal?: RestPrincipal;
  application?: ApplicationPrincipal;
  bearer?: BearerPrincipal;
}
