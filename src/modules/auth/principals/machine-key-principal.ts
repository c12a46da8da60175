import { type Principal } from '../../realtime/principal.js';
import { type AccountPrincipal } from './device-principal.js';
import { type UserPrincipal } from './user-principal.js';

/** A program that presented a machine key; it may do what the key's scopes allow. */
export interface MachineKeyPrincipal extends Principal {
  readonly kind: 'machineKey';
  readonly scopes: readonly string[];
  /** The account that created the key; `null` if it was created on the command line. */
  readonly madeBy: number | null;
}

/** A person, or a program in place of one. */
export type Actor = UserPrincipal | MachineKeyPrincipal;

/** Who can use `Authorization: Bearer`: a person, a device, or a program. */
export type RestPrincipal = AccountPrincipal | MachineKeyPrincipal;

/** The account responsible for what an actor does; `null` when its key was created on the command line. */
export const accountOf = (actor: Actor): number | null => (actor.kind === 'user' ? actor.userId : actor.madeBy);

/** The actor's name in logs. */
export const nameOf = ({ kind, id }: Actor): string => `${kind}:${id}`;
