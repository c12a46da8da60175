import { JsonMembers } from '../../common/json/json-members.js';
import { type sessionChannel } from './omikron.channels.js';
import { type Channel } from '../realtime/channel.js';
import { type Connection } from '../realtime/connection.js';
import { type Principal } from '../realtime/principal.js';

/** A connection that may become an Iota, a client or a caller. */
export interface OmikronConnection extends Connection {
  /** The client's address, also behind trusted proxies. */
  readonly address: string;
  admit(principal: OmikronPrincipal): void;
}

/** The members that the Omikron sets in messages it passes on. */
export interface SenderMembers {
  readonly plain: JsonMembers;
  /** For messages that came without `log`. */
  readonly withLog: JsonMembers;
}

/** A home server. */
export interface IotaPrincipal extends Principal {
  readonly kind: 'iota';
  /** Canonical. */
  readonly id: string;
  readonly session: string;
  /** Whether it is in the directory; when no token is needed, others are admitted as well. */
  readonly registered: boolean;
  /** Its users, by canonical id, with the channel of their clients. */
  readonly accepted: Map<string, Channel>;
  readonly sender: SenderMembers;
}

/** One of a user's apps. */
export interface ClientPrincipal extends Principal {
  readonly kind: 'profile';
  /** The user's id, canonical. */
  readonly id: string;
  /** The user id as the client wrote it. */
  readonly written: string;
  /** Identifies this socket among all. */
  readonly socket: string;
  /** Session of the Iota through which it was admitted. */
  readonly session: string;
  /** Channel of that Iota. */
  readonly home: ReturnType<typeof sessionChannel>;
  /** Canonical ids of the users whose state it hears. */
  readonly watched: Set<string>;
  readonly sender: SenderMembers;
}

/** One of a user's apps in one call. */
export interface CallerPrincipal extends Principal {
  readonly kind: 'caller';
  /** The user's id, canonical. */
  readonly id: string;
  readonly written: string;
  readonly socket: string;
  /** Canonical. */
  readonly call: string;
  readonly sender: SenderMembers;
}

export type OmikronPrincipal = IotaPrincipal | ClientPrincipal | CallerPrincipal;

export const EMPTY_LOG = '{"message":"","log_level":-1}';

/** @param id a UUID as its owner wrote it */
export function senderMembers(id: string): SenderMembers {
  const text = JSON.stringify(id);
  const members = [
    ['sender_id', text],
    ['sender', text],
  ] as const;
  return {
    plain: new JsonMembers(new Map(members)),
    withLog: new JsonMembers(new Map([...members, ['log', EMPTY_LOG]])),
  };
}
