import { type Principal } from '../../realtime/principal.js';
import { type AccountPrincipal } from './device-principal.js';
import { type UserPrincipal } from './user-principal.js';

/** A program that showed a machine key; it does what the scopes of the key allow. */
export interface MachineKeyPrincipal extends Principal {
  readonly kind: 'machineKey';
  readonly scopes: readonly string[];
  /** The account that made the key; `null` for one made on the command line. */
  readonly madeBy: number | null;
}

/** A person, or a program in the place of one. */
export type Actor = UserPrincipal | MachineKeyPrincipal;

/** Whoever comes with `Authorization: Bearer`: a person, a device, or a program. */
export type RestPrincipal = AccountPrincipal | MachineKeyPrincipal;

/** The account that answers for what an actor does; `null` when its key was made on the command line. */
export const accountOf = (actor: Actor): number | null => (actor.kind === 'user' ? actor.userId : actor.madeBy);

/** As logs say who did something. */
export const nameOf = ({ kind, id }: Actor): string => `${kind}:${id}`;
