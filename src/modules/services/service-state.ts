import { type ServiceRole, type ServiceSettings } from './services.events.js';

// The state of live services that nodes share. Survives JSON.

/** Settings that live connections go by; `null` marks a deleted service. */
export type StoredSettings = ServiceSettings | null;

/** What a live code stands for. */
export interface LiveCode {
  readonly service: number;
  readonly session: string;
}

/** Somebody connected to a service, or a host whose session waits for its return. */
export interface Peer {
  readonly role: ServiceRole;
  /** Id of a host's or guest's session. */
  readonly session: string | null;
  /** Version of the service's settings when it joined. */
  readonly version: number;
  /** Whether the others have been told of it. */
  readonly announced: boolean;
  /** The name it was announced with. */
  readonly name?: string | undefined;
}

/** The time a host is connected; guests belong to it. */
export interface HostSession {
  readonly code: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** User id of the host. */
  readonly host: string;
  /** Whether the code has a lifetime of its own; otherwise it lives as long as the session. */
  readonly codeExpires: boolean;
  /** Version of the service's settings when it began. */
  readonly version: number;
}

/** Who holds a session. */
export interface SessionOwner {
  /** Id of the host's connection, even when that has ended and the session waits for its host. */
  readonly connection: string;
  readonly user: string;
  /**
   * When the session ends unless its host comes back, in milliseconds since the epoch; `null` while the host is
   * connected.
   */
  readonly until: number | null;
}
