import { type EventEncoder } from '../../modules/realtime/connection.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { type Invited, type SignalingEvent } from '../../modules/signaling/signaling.events.js';
import { eventFrame, rawEventFrame, type SocketIoFrame } from '../transport/socket-io/socket-io.frame.js';

type Encoders = {
  readonly [T in SignalingEvent['type']]: (fact: Extract<SignalingEvent, { type: T }>) => SocketIoFrame | null;
};

const BUSY = eventFrame('room-is-already-set');

/** Several payloads are JSON text inside a string: that is what this protocol's clients parse. */
const invitation = (name: string, { sender, receiver }: Invited): SocketIoFrame =>
  eventFrame(name, JSON.stringify({ sender_sid: sender, receiver_sid: receiver }));

const ENCODERS: Encoders = {
  'signaling.relayed': ({ name, text }) => rawEventFrame(name, text),
  'signaling.entered': () => null,
  'signaling.named': ({ sid, name }) => eventFrame('add-connection', JSON.stringify({ sid, name })),
  'signaling.gone': ({ sid }) => eventFrame('remove-connection', sid),
  'signaling.peers': ({ text }) => rawEventFrame('connections', text),
  'signaling.invited': (fact) => invitation('receive-invite', fact),
  'signaling.expired': (fact) => invitation(`invite-expired-${fact.side}`, fact),
  'signaling.accepted': (fact) => invitation('invite-accepted', fact),
  'signaling.declined': (fact) => invitation('invite-declined', fact),
  'signaling.busy': () => BUSY,
  'signaling.requested': ({ sender }) => eventFrame('invitation-request', { sender_sid: sender }),
  'signaling.grown': ({ room, peers }) => eventFrame('create-peer', { room_id: room, peers: JSON.stringify(peers) }),
  'signaling.quit': ({ sid, silent }) => (silent ? null : eventFrame('remove-peer-connection', { sender_sid: sid })),
  'signaling.toggled': ({ name, sid }) => eventFrame(name, { sender_sid: sid }),
  'signaling.chatted': ({ text }) => rawEventFrame('message', text),
  'signaling.ice': ({ configuration }) => eventFrame('ice-servers', configuration),
  'signaling.refused': ({ message }) => eventFrame('error', message),
};

const BY_TYPE = new Map(Object.entries(ENCODERS) as [string, (fact: HubEvent) => SocketIoFrame | null][]);

/** The language of the signaling lobby, as `docs/protocols/signaling.md` tells it. */
export const signalingWire: EventEncoder = {
  encode(event: HubEvent): SocketIoFrame | null {
    // Another protocol's events, and those that are for connections and not for their clients, have none.
    return BY_TYPE.get(event.type)?.(event) ?? null;
  },
};
