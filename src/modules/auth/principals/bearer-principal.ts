import { type Principal } from '../../realtime/principal.js';

/** Whoever showed a bearer credential that some route of REST v1 takes: an account, a device, or the holder of a feature's token. */
export type BearerPrincipal = Principal;
