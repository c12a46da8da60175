import { type Listener, type Wire } from './wire.js';

export interface WireKind {
  /** The channel's name in the AsyncAPI document. */
  readonly channel: string;
  readonly label: string;
  /** The credential needed to connect, and where to get it; absent: it is part of the first message. */
  readonly credential?: { readonly label: string; readonly hint: string; readonly needed: boolean };
  /** Whether sent frames can be acknowledged. */
  readonly acknowledges?: boolean;
  /** What to do once it is open. */
  readonly then?: string;
  readonly open: (credential: string, listener: Listener) => Promise<Wire>;
}

const plain = async (path: string, listener: Listener, protocols: readonly string[] = [], first?: string) =>
  (await import('./plain-wire.js')).openPlain(path, listener, protocols, first);

const socketIo = async (auth: Readonly<Record<string, string>>, listener: Listener) =>
  (await import('./socket-io-wire.js')).openSocketIo(auth, listener);

const IDENTIFY = 'The first message says who you are: send an identification from the examples.';

export const WIRES: readonly WireKind[] = [
  {
    channel: 'services',
    label: 'Services',
    credential: {
      label: 'Token or code',
      hint: 'Host token, client token, or the public code of a session. It is sent as the first message.',
      needed: false,
    },
    open: (token, listener) =>
      plain('/ws/', listener, [], token === '' ? undefined : JSON.stringify({ token, name: 'Workbench' })),
  },
  {
    channel: 'rooms',
    label: 'Rooms',
    credential: { label: 'Endpoint code', hint: 'As the application got it when it made the endpoint.', needed: true },
    open: (code, listener) => plain(`/ws/endpoint/${encodeURIComponent(code)}/?acks=1`, listener),
  },
  {
    channel: 'circles',
    label: 'Circles',
    credential: { label: 'Access token', hint: 'Of a person or a device, from signing in.', needed: true },
    acknowledges: true,
    open: (token, listener) => socketIo({ token }, listener),
  },
  {
    channel: 'signaling',
    label: 'Signaling',
    credential: {
      label: 'Lobby token',
      hint: 'May stay empty where SIGNALING_ACCESS is open.',
      needed: false,
    },
    acknowledges: true,
    open: (lobby, listener) => socketIo(lobby === '' ? {} : { lobby }, listener),
  },
  {
    channel: 'iota',
    label: 'Omikron: home server',
    credential: {
      label: 'Token of the home server',
      hint: 'May stay empty where IOTA_ACCESS is open. Connecting ends the socket that it has now.',
      needed: false,
    },
    // The identification is left to the user, who decides which users it names.
    then: IDENTIFY,
    open: (token, listener) => plain('/ws/iota/', listener, token === '' ? [] : ['switchboard.v1', `bearer.${token}`]),
  },
  {
    channel: 'client',
    label: 'Omikron: client',
    then: IDENTIFY,
    open: (_none, listener) => plain('/ws/client/', listener),
  },
  { channel: 'call', label: 'Omikron: call', then: IDENTIFY, open: (_none, listener) => plain('/ws/call/', listener) },
];
