import { type EventEncoder } from '../../modules/realtime/connection.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { type Invited, type SignalingEvent } from '../../modules/signaling/signaling.events.js';
import { eventFrame, rawEventFrame, type SocketIoFrame } from '../transport/socket-io/socket-io.frame.js';
import { type SignalingFrame } from './signaling.contract.js';

type Encoders = {
  readonly [T in SignalingEvent['type']]: (fact: Extract<SignalingEvent, { type: T }>) => SocketIoFrame | null;
};

/** Typed so that only events of the contract can be sent. */
const frame: (...event: SignalingFrame) => SocketIoFrame = eventFrame;
const rawFrame: (name: SignalingFrame[0], json: string) => SocketIoFrame = rawEventFrame;

const BUSY = frame('room-is-already-set');

type InvitationName = Extract<SignalingFrame[0], 'receive-invite' | `invite-${string}`>;

/** Several payloads are JSON text inside a string, because that is what this protocol's clients parse. */
const invitation = (name: InvitationName, { sender, receiver }: Invited): SocketIoFrame =>
  frame(name, JSON.stringify({ sender_sid: sender, receiver_sid: receiver }));

const ENCODERS: Encoders = {
  'signaling.relayed': ({ name, text }) => rawFrame(name, text),
  'signaling.entered': () => null,
  'signaling.named': ({ sid, name }) => frame('add-connection', JSON.stringify({ sid, name })),
  'signaling.gone': ({ sid }) => frame('remove-connection', sid),
  'signaling.peers': ({ text }) => rawFrame('connections', text),
  'signaling.invited': (fact) => invitation('receive-invite', fact),
  'signaling.expired': (fact) => invitation(`invite-expired-${fact.side}`, fact),
  'signaling.accepted': (fact) => invitation('invite-accepted', fact),
  'signaling.declined': (fact) => invitation('invite-declined', fact),
  'signaling.busy': () => BUSY,
  'signaling.requested': ({ sender }) => frame('invitation-request', { sender_sid: sender }),
  'signaling.grown': ({ room, peers }) => frame('create-peer', { room_id: room, peers: JSON.stringify(peers) }),
  'signaling.quit': ({ sid, silent }) => (silent ? null : eventFrame('remove-peer-connection', { sender_sid: sid })),
  'signaling.toggled': ({ name, sid }) => frame(name, { sender_sid: sid }),
  'signaling.chatted': ({ text }) => rawFrame('message', text),
  'signaling.ice': ({ configuration }) => frame('ice-servers', configuration),
  'signaling.refused': ({ message }) => frame('error', message),
};

const BY_TYPE = new Map(Object.entries(ENCODERS) as [string, (fact: HubEvent) => SocketIoFrame | null][]);

/** The protocol of the signaling lobby (`docs/protocols/signaling.md`). */
export const signalingWire: EventEncoder = {
  encode(event: HubEvent): SocketIoFrame | null {
    // Events of other protocols, and those for connections rather than clients, have no frame.
    return BY_TYPE.get(event.type)?.(event) ?? null;
  },
};
