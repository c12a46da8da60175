import { type Channel, channel } from '../realtime/channel.js';
import { type HubEvent } from '../realtime/hub-event.js';
import { PresenceKind } from '../realtime/ports/presence-set.js';
import { storeKey } from '../realtime/ports/store-key.js';
import { type HostSession, type LiveCode, type Peer, type SessionOwner, type StoredSettings } from './service-state.js';
import { type ServicesEvent, type SettingsChanged } from './services.events.js';

/** The number of services whose channel names are kept. */
const MAX_KEPT = 4_096;

/** Makes a channel name once for all connections of a service, which hold on to it. */
function perService<E extends HubEvent>(...parts: readonly string[]): (service: number) => Channel<E> {
  const kept = new Map<number, Channel<E>>();
  return (service) => {
    let name = kept.get(service);
    if (name === undefined) {
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(service, (name = channel('services', service, ...parts)));
    }
    return name;
  };
}

/** Hosts of a service: they hear clients and guests, and of their joining and leaving. */
export const hostsChannel = perService<ServicesEvent>('hosts');
/** Clients and guests of a service: they hear hosts. */
export const audienceChannel = perService<ServicesEvent>('audience');
/** All connections of a service; only used for settings, not for relayed messages. */
export const serviceChannel = perService<SettingsChanged>('all');
/** Guests of one session. */
export const sessionChannel = (service: number, session: string): Channel<ServicesEvent> =>
  channel('services', service, 'session', session);
/** The connection with this user id. */
export const userChannel = (service: number, user: string): Channel<ServicesEvent> =>
  channel('services', service, 'user', user);

/** Presence: everybody of a service by user id. */
export const PEERS = new PresenceKind<Peer>('services', ':peers');
/** Presence: a service's host sessions by session id. */
export const SESSIONS = new PresenceKind<HostSession>('services', ':sessions');

/** Keys of the ephemeral store. */
export const keys = {
  /** The live settings. */
  settings: (service: number) => storeKey<StoredSettings>('services', service, 'settings'),
  /** Codes are unique across all services. */
  code: (code: string) => storeKey<LiveCode>('services', 'code', code),
  /** Whoever removes this entry ends the session. */
  owner: (service: number, session: string) => storeKey<SessionOwner>('services', service, 'owner', session),
  /** Id of the session whose host logged in last. */
  seat: (service: number) => storeKey<string>('services', service, 'seat'),
  /** Number of guests in a session, across nodes. */
  guests: (service: number, session: string) => storeKey<number>('services', service, 'guests', session),
} as const;
