import { JsonMembers } from '../../common/json/json-members.js';
import { type Channel } from '../realtime/channel.js';
import { type Connection } from '../realtime/connection.js';
import { type ConnectionPlaces } from '../realtime/connection-filter.js';
import { selector } from '../realtime/access/revocation-selectors.js';
import { type Principal } from '../realtime/principal.js';
import { audienceChannel, hostsChannel } from './services.channels.js';
import { type ServiceRole, type ServicesEvent, type ServiceSettings } from './services.events.js';

/** A connection that may become a host, client or guest. */
export interface ServiceConnection extends Connection {
  /** The client's address, also behind trusted proxies. */
  readonly address: string;
  admit(principal: ServicePrincipal): void;
}

/** A host, client or guest. */
export interface ServicePrincipal extends Principal {
  readonly kind: ServiceRole;
  /** The user id: 6 hexadecimal characters, unique among those connected to the service. */
  readonly id: string;
  /** Digest of its token; for a guest, of its host's token. See `ServiceSettings`. */
  readonly token: string;
  /** Id of the session of a host or guest. */
  readonly session: string | null;
  /** The public code of that session, if it had one when the host or guest joined. */
  readonly code: string | null;
  /** Replaced when the service changes. */
  settings: ServiceSettings;
  // What relaying needs for every message, made once.
  readonly hosts: Channel<ServicesEvent>;
  readonly audience: Channel<ServicesEvent>;
  /** See `senderOf`. */
  sender: JsonMembers | null;
}

const MAX_LABEL = 100;

/** The selector by which a service can be revoked. */
export const serviceSelector = (id: number): string => selector('service', String(id));

export function servicePrincipal(
  settings: ServiceSettings,
  role: ServiceRole,
  user: string,
  session: string | null,
  name: string | undefined,
  { code = null, credential }: { readonly code?: string | null; readonly credential?: string } = {},
): ServicePrincipal {
  const service = serviceSelector(settings.id);
  return {
    kind: role,
    id: user,
    label: `${settings.title}: ${name === undefined || name === '' ? role : Array.from(name).slice(0, MAX_LABEL).join('')}`,
    selectors: credential === undefined ? [service] : [credential, service],
    goesLast: role === 'host',
    token: tokenOf(settings, role),
    session,
    code,
    settings,
    hosts: hostsChannel(settings.id),
    audience: audienceChannel(settings.id),
    sender: null,
  };
}

/** For admins who look for its sockets. */
export function placesOf(connection: Connection): ConnectionPlaces {
  const principal = principalOf(connection);
  if (principal === null) return {};
  const { settings, session, code } = principal;
  return {
    service: [String(settings.id), settings.title],
    ...(session !== null && { session: code === null ? [session] : [session, code] }),
  };
}

/** Digest of the token that a role ultimately goes back to. */
export const tokenOf = ({ hostDigest, clientDigest }: ServiceSettings, role: ServiceRole): string =>
  role === 'client' ? clientDigest : hostDigest;

/** The members set in messages of a client or guest; made with the first message, since many never send any. */
export function senderOf(principal: ServicePrincipal): JsonMembers {
  return (principal.sender ??= new JsonMembers(new Map([['user', JSON.stringify(principal.id)]])));
}

/** The principal of a connection of this protocol, once it is admitted. */
export function principalOf(connection: Connection): ServicePrincipal | null {
  return connection.principal as ServicePrincipal | null;
}
