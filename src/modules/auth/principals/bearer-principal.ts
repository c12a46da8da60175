import { type Principal } from '../../realtime/principal.js';
import { type AccountPrincipal } from './device-principal.js';

/** The holder of a feature's token. */
export interface HolderPrincipal extends Principal {
  readonly kind: 'lobby' | 'iota';
  /** SHA-256 of the token, in hexadecimal. */
  readonly tokenDigest: string;
}

/** Whoever showed a bearer credential that some route of REST v1 takes: an account, a device, or the holder of a feature's token. */
export type BearerPrincipal = AccountPrincipal | HolderPrincipal;
