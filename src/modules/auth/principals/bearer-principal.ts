import { type Principal } from '../../realtime/principal.js';
import { type AccountPrincipal } from './device-principal.js';

/** The holder of a feature's token. */
export interface HolderPrincipal extends Principal {
  readonly kind: 'lobby' | 'iota';
  /** SHA-256 of the token, in hexadecimal. */
  readonly tokenDigest: string;
}

/** The holder of any bearer credential that REST v1 accepts: an account, a device, or a feature's token. */
export type BearerPrincipal = AccountPrincipal | HolderPrincipal;
