import { type Channel, channel } from '../realtime/channel.js';

/** So many services have their names kept; it is not worth more. */
const MAX_KEPT = 4_096;

/** Makes a name once for all the connections of a service, which hold on to it. */
function perService(...parts: readonly string[]): (service: number) => Channel {
  const kept = new Map<number, Channel>();
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
export const hostsChannel = perService('hosts');
/** Clients and guests of a service: they hear hosts. */
export const audienceChannel = perService('audience');
/** All connections of a service; nothing is relayed here, only settings. */
export const serviceChannel = perService('all');
/** Guests of one session. */
export const sessionChannel = (service: number, session: string): Channel =>
  channel('services', service, 'session', session);
/** The connection with this user id. */
export const userChannel = (service: number, user: string): Channel => channel('services', service, 'user', user);

/** Presence: everybody of a service by user id. */
export const peersOf = perService('peers');
/** Presence: a service's host sessions by session id. */
export const sessionsOf = (service: number): Channel => channel('services', service, 'sessions');

/** What a `peersOf` or `sessionsOf` channel holds, and of which service; `undefined` when it is neither. */
export function presenceOfService(of: Channel): { service: number; holds: 'peers' | 'sessions' } | undefined {
  const [, id, holds] = /^services:(\d+):(peers|sessions)$/.exec(of) ?? [];
  return id === undefined ? undefined : { service: Number(id), holds: holds as 'peers' | 'sessions' };
}

/** Keys of the ephemeral store. */
export const keys = {
  /** → `ServiceSettings`, or `null` once the service is deleted. */
  settings: (service: number) => `services:${service}:settings`,
  /** → `LiveCode`. Codes are unique over all services. */
  code: (code: string) => `services:code:${code}`,
  /** → `SessionOwner`. Who removes it ends the session. */
  owner: (service: number, session: string) => `services:${service}:owner:${session}`,
  /** → id of the session whose host logged in last. */
  seat: (service: number) => `services:${service}:seat`,
  /** → number of guests in a session, whichever nodes they are on. */
  guests: (service: number, session: string) => `services:${service}:guests:${session}`,
} as const;
