import { Type } from 'typebox';
import {
  bareEvent,
  type ChannelContract,
  event,
  type FrameOf,
  jsonText,
  type Message,
  message,
  openObject,
} from '../../common/asyncapi/contract.js';

const sid = Type.String({ description: 'Socket.IO id of a peer.' });

const Peer = Type.Object(
  { sid, name: Type.String({ description: 'Empty until the peer sets it.' }) },
  { $id: 'SignalingPeer' },
);
const Invitation = Type.Object({ sender_sid: sid, receiver_sid: sid }, { $id: 'SignalingInvitation' });
const By = Type.Object({ sender_sid: sid }, { $id: 'SignalingSender' });

/** An offer, answer or candidate: whatever peers agree on. */
const Signal = openObject(
  {
    receiver_sid: sid,
    sender_sid: Type.Optional(
      Type.String({ description: 'If present and not the sid of the sender, the server corrects it.' }),
    ),
  },
  { $id: 'SignalingSignal' },
);

const Chat = Type.Unknown({
  $id: 'SignalingChat',
  description: 'Any JSON value; each text of at most 4,000 characters.',
});

const IceConfiguration = Type.Object(
  {
    iceServers: Type.Immutable(
      Type.Array(
        Type.Object(
          {
            urls: Type.Immutable(Type.Array(Type.String(), { description: 'Of one STUN or TURN server.' })),
            username: Type.Optional(Type.String({ description: 'Of TURN.' })),
            credential: Type.Optional(Type.String({ description: 'Of TURN.' })),
          },
          { $id: 'SignalingIceServer' },
        ),
        { description: 'For `RTCPeerConnection`.' },
      ),
    ),
    expiresIn: Type.Integer({ description: 'Seconds until the credentials end.' }),
  },
  { $id: 'SignalingIceConfiguration' },
);

const INVITATION = '{"sender_sid":"Bq3FvYw0zZ1xAAAB","receiver_sid":"kX9dTn2mPq4yAAAD"}';
const BY = { sender_sid: 'Bq3FvYw0zZ1xAAAB' };
const CHAT = { senderName: 'Ala', data: 'hello' };
const OFFER = {
  type: 'offer',
  receiver_sid: 'kX9dTn2mPq4yAAAD',
  sender_sid: 'Bq3FvYw0zZ1xAAAB',
  description: { type: 'offer', sdp: 'v=0' },
};
const CANDIDATE = { ...OFFER, type: 'candidate', candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0 } };

const handled = message(
  'SignalingHandled',
  'The event has been handled, or dropped.',
  Type.Array(Type.Never(), { maxItems: 0 }),
  [[]],
  {
    title: 'acknowledgement',
  },
);
const replies: readonly Message[] = [handled];

const receives = [
  event('SignalingSetName', 'name', 'The name that others see.', Type.String({ maxLength: 100 }), ['Ala'], replies),
  bareEvent('SignalingAskConnections', 'connections', 'Who else is in the lobby.', replies),
  event('SignalingInvite', 'send-invitation', 'Calls a peer.', sid, ['kX9dTn2mPq4yAAAD'], replies),
  event(
    'SignalingAccept',
    'accept-invitation',
    'Accepts a call; both are then in one room.',
    jsonText(Invitation),
    [INVITATION],
    replies,
  ),
  event(
    'SignalingDecline',
    'decline-invitation',
    'Refuses or cancels a call.',
    jsonText(Invitation),
    [INVITATION],
    replies,
  ),
  event('SignalingSendOffer', 'offer', 'An offer for a peer.', Signal, [OFFER], replies),
  event('SignalingSendAnswer', 'answer', 'An answer for a peer.', Signal, [{ ...OFFER, type: 'answer' }], replies),
  event('SignalingSendCandidate', 'candidate', 'A candidate for a peer.', Signal, [CANDIDATE], replies),
  event('SignalingSendChat', 'chat', 'A message for the others in the room.', Chat, [CHAT], replies),
  bareEvent('SignalingToggleMic', 'toggle-mic', 'This peer has switched its microphone.', replies),
  bareEvent('SignalingToggleVideo', 'toggle-video', 'This peer has switched its camera.', replies),
  bareEvent('SignalingLeaveRoom', 'leave-room', 'Leaves the room, with notice.', replies),
  bareEvent('SignalingLeaveAllRooms', 'leave-all-rooms', 'Leaves the room silently.', replies),
  bareEvent('SignalingAskIceServers', 'ice-servers', 'What a call needs of STUN and TURN.', replies),
] as const;

const sends = [
  event(
    'SignalingConnections',
    'connections',
    'The other peers, in the order in which they connected.',
    jsonText(Type.Array(Peer)),
    ['[{"sid":"kX9dTn2mPq4yAAAD","name":"Bob"}]'],
  ),
  event('SignalingAddConnection', 'add-connection', 'A peer has set its name.', jsonText(Peer), [
    '{"sid":"kX9dTn2mPq4yAAAD","name":"Bob"}',
  ]),
  event('SignalingRemoveConnection', 'remove-connection', 'A peer has left.', sid, ['kX9dTn2mPq4yAAAD']),
  event('SignalingReceiveInvite', 'receive-invite', 'Somebody calls.', jsonText(Invitation), [INVITATION]),
  event(
    'SignalingExpiredReceiver',
    'invite-expired-receiver',
    'An unanswered call has expired, for the one called.',
    jsonText(Invitation),
    [INVITATION],
  ),
  event(
    'SignalingExpiredSender',
    'invite-expired-sender',
    'An unanswered call has expired, for the caller.',
    jsonText(Invitation),
    [INVITATION],
  ),
  event('SignalingAccepted', 'invite-accepted', 'The call was accepted.', jsonText(Invitation), [INVITATION]),
  event(
    'SignalingDeclined',
    'invite-declined',
    'The other side has refused or cancelled the call.',
    jsonText(Invitation),
    [INVITATION],
  ),
  bareEvent('SignalingBusy', 'room-is-already-set', 'The one called is in a room already.'),
  event('SignalingRequested', 'invitation-request', 'Somebody called while this peer is in a room.', By, [BY]),
  event(
    'SignalingCreatePeer',
    'create-peer',
    'The room has another member; all of them, in the order in which they joined.',
    Type.Object({
      room_id: Type.String({ description: 'Name of the room.' }),
      peers: jsonText(Type.Array(sid), 'All members, in the order in which they joined.'),
    }),
    [{ room_id: 'Bq3FvYw0zZ1xAAAB08:07:50room', peers: '["Bq3FvYw0zZ1xAAAB","kX9dTn2mPq4yAAAD"]' }],
  ),
  event('SignalingRemovePeer', 'remove-peer-connection', 'A member has left the room.', By, [BY]),
  event('SignalingMicToggled', 'toggle-mic', 'A member has switched its microphone.', By, [BY]),
  event('SignalingVideoToggled', 'toggle-video', 'A member has switched its camera.', By, [BY]),
  event('SignalingChatted', 'message', 'A message of another member of the room.', Chat, [CHAT]),
  event('SignalingOffer', 'offer', 'The offer of a peer, as it was sent.', Signal, [OFFER]),
  event('SignalingAnswer', 'answer', 'The answer of a peer, as it was sent.', Signal, [{ ...OFFER, type: 'answer' }]),
  event('SignalingCandidate', 'candidate', 'A candidate of a peer, as it was sent.', Signal, [CANDIDATE]),
  event(
    'SignalingIceServers',
    'ice-servers',
    'STUN and TURN servers; in a call again, before the credentials end.',
    IceConfiguration,
    [{ iceServers: [{ urls: ['stun:stun.example.org:3478'] }], expiresIn: 86_400 }],
  ),
  event('SignalingError', 'error', 'The lobby needs a token, or bytes are not passed on.', Type.String(), [
    'A lobby token is needed here.',
  ]),
] as const;

/** The lobby and its calls; see docs/protocols/signaling.md. */
export const signalingContract = {
  name: 'signaling',
  address: '/socket.io',
  transport: 'socket.io',
  title: 'Signaling',
  description:
    'The lobby: who is there, invitations, and what browsers need to connect to each other. Socket.IO on namespace `/`, ' +
    'clients 1.x to 4.x. Whoever authenticates as an account of circles is not in it.',
  query: { lobby: Type.String({ description: 'Lobby token, from clients 1.x and 2.x; later ones use `auth.lobby`.' }) },
  security: {
    lobbyToken: {
      type: 'httpApiKey',
      in: 'query',
      name: 'lobby',
      description: 'Where `SIGNALING_ACCESS` is `token`; as `auth.lobby` of the handshake from 3.x on.',
    },
  },
  receives,
  sends,
} as const satisfies ChannelContract;

/** Events, as name and arguments. */
export type SignalingFrame = FrameOf<typeof sends>;
