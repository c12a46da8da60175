import { type Channel, channel } from '../realtime/channel.js';
import { type HubEvent } from '../realtime/hub-event.js';
import { PresenceKind } from '../realtime/ports/presence-set.js';
import { storeKey } from '../realtime/ports/store-key.js';
import { type HostSession, type LiveCode, type Peer, type SessionOwner, type StoredSettings } from './service-state.js';
import { type ServicesEvent, type SettingsChanged } from './services.events.js';

/** So many services have their names kept; it is not worth more. */
const MAX_KEPT = 4_096;

/** Makes a name once for all the connections of a service, which hold on to it. */
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

/** Hosts of a service: they hear clients, guests and their coming and going. */
export const hostsChannel = perService<ServicesEvent>('hosts');
/** Clients and guests of a service: they hear hosts. */
export const audienceChannel = perService<ServicesEvent>('audience');
/** All connections of a service; nothing is relayed here, only settings. */
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
  /** The settings that are live. */
  settings: (service: number) => storeKey<StoredSettings>('services', service, 'settings'),
  /** Codes are unique over all services. */
  code: (code: string) => storeKey<LiveCode>('services', 'code', code),
  /** Who removes it ends the session. */
  owner: (service: number, session: string) => storeKey<SessionOwner>('services', service, 'owner', session),
  /** Id of the session whose host logged in last. */
  seat: (service: number) => storeKey<string>('services', service, 'seat'),
  /** Number of guests in a session, whichever nodes they are on. */
  guests: (service: number, session: string) => storeKey<number>('services', service, 'guests', session),
} as const;
