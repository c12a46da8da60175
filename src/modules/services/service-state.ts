import { type ServiceRole, type ServiceSettings } from './services.events.js';

/*
 * What nodes share of live services. Survives JSON.
 */

/** Settings that live connections go by; `null` marks a deleted service. */
export type StoredSettings = ServiceSettings | null;

/** What a live code stands for. */
export interface LiveCode {
  readonly service: number;
  readonly session: string;
}

/** Somebody who is connected to a service; a host also while its session waits for it to come back. */
export interface Peer {
  readonly role: ServiceRole;
  /** Id of a host's or guest's session. */
  readonly session: string | null;
  /** Version of the service's settings that it came in under. */
  readonly version: number;
  /** Whether the others have heard of it. */
  readonly announced: boolean;
  /** The name it was announced by. */
  readonly name?: string | undefined;
}

/** The time a host is connected; guests belong to it. */
export interface HostSession {
  readonly code: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** User id of the host. */
  readonly host: string;
  /** Whether the code has a life time of its own; else it lives as long as the session. */
  readonly codeExpires: boolean;
  /** Version of the service's settings that it began under. */
  readonly version: number;
}

/** Who holds a session. */
export interface SessionOwner {
  /** Id of the host's connection, also after that has ended while the session waits for its host. */
  readonly connection: string;
  readonly user: string;
  /** When the session ends unless its host comes back, in milliseconds since the epoch; `null` while that is there. */
  readonly until: number | null;
}
