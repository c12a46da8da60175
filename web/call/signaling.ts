import { io, type Socket } from 'socket.io-client';
import { type JsonObject } from '../ui/json.js';
import { type Peer, readInvitation, readMembers, readPeer, readPeers, writeInvitation } from './payloads.js';

export type Kind = 'offer' | 'answer' | 'candidate';

interface Sender {
  readonly sender_sid: string;
}

/** What the server says; texts of JSON are read in payloads.ts. */
interface Heard {
  error: (message: unknown) => void;
  connections: (peers: string) => void;
  'add-connection': (peer: string) => void;
  'remove-connection': (sid: string) => void;
  'receive-invite': (invitation: string) => void;
  'invite-expired-receiver': (invitation: string) => void;
  'invite-expired-sender': (invitation: string) => void;
  'invite-accepted': (invitation: string) => void;
  'invite-declined': (invitation: string) => void;
  'room-is-already-set': () => void;
  'invitation-request': (sender: Sender) => void;
  'create-peer': (call: { readonly peers: string }) => void;
  'remove-peer-connection': (sender: Sender) => void;
  'toggle-mic': (sender: Sender) => void;
  'toggle-video': (sender: Sender) => void;
  message: (message: unknown) => void;
  'ice-servers': (configuration: IceConfiguration) => void;
  offer: (object: JsonObject) => void;
  answer: (object: JsonObject) => void;
  candidate: (object: JsonObject) => void;
}

interface Said {
  name: (name: string) => void;
  connections: () => void;
  'ice-servers': () => void;
  'send-invitation': (receiver: string) => void;
  'accept-invitation': (invitation: string) => void;
  'decline-invitation': (invitation: string) => void;
  'leave-room': () => void;
  'toggle-mic': () => void;
  'toggle-video': () => void;
  chat: (message: { senderName: string; data: string }) => void;
  offer: (object: Relayed) => void;
  answer: (object: Relayed) => void;
  candidate: (object: Relayed) => void;
}

interface Relayed extends Payload {
  readonly type: Kind;
  readonly receiver_sid: string;
  readonly sender_sid: string;
}

/** What one browser tells another about the connection between them. */
export interface Payload {
  readonly description?: RTCSessionDescription | null;
  readonly candidate?: RTCIceCandidateInit;
}

interface IceConfiguration {
  readonly iceServers: RTCIceServer[];
}

type LobbySocket = Socket<Heard, Said>;

/** What the lobby tells its page. */
interface Listener {
  /** In the lobby, under a new id each time. */
  readonly onConnected: () => void;
  readonly onLost: (willReturn: boolean) => void;
  readonly onRefused: (message: string) => void;
  readonly onPeers: (peers: Peer[]) => void;
  readonly onPeer: (peer: Peer) => void;
  readonly onPeerGone: (sid: string) => void;
  readonly onRing: (sid: string) => void;
  readonly onRingEnd: (sid: string, why: 'cancelled' | 'missed') => void;
  /** Somebody wants to be called into this call. */
  readonly onRequest: (sid: string) => void;
  readonly onAnswer: (sid: string, answer: 'accepted' | 'declined' | 'expired') => void;
  readonly onBusy: () => void;
  readonly onMembers: (members: string[]) => void;
  readonly onQuit: (sid: string) => void;
  readonly onToggle: (sid: string, what: 'mic' | 'video') => void;
  readonly onMessage: (message: unknown) => void;
  readonly onRelayed: (kind: Kind, object: JsonObject) => void;
  readonly onIce: (configuration: IceConfiguration) => void;
}

/** The signaling protocol as clients speak it; several payloads are JSON text inside a string. */
export class Signaling {
  private socket: LobbySocket | null = null;
  sid = '';

  constructor(private readonly listener: Listener) {}

  get connected() {
    return this.socket?.connected === true;
  }

  /**
   * Connects, and comes back by itself with the same name.
   * @param token of the lobby, or empty
   */
  join(name: string, token: string) {
    this.leave();
    const socket: LobbySocket = io({
      auth: token === '' ? {} : { lobby: token },
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
    });
    this.socket = socket;
    socket.on('connect', () => {
      this.sid = socket.id ?? '';
      this.listener.onConnected();
      socket.emit('name', name);
      socket.emit('connections');
      socket.emit('ice-servers');
    });
    socket.on('connect_error', () => {
      this.listener.onLost(true);
    });
    // Thrown out it does not come back by itself; cut off it does.
    socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') this.listener.onLost(reason !== 'io server disconnect');
    });
    this.listenToLobby(socket);
    this.listenToInvitations(socket);
    this.listenToCall(socket);
  }

  leave() {
    this.socket?.disconnect();
    this.socket = null;
    this.sid = '';
  }

  invite(sid: string) {
    this.socket?.emit('send-invitation', sid);
  }

  accept(sender: string) {
    this.socket?.emit('accept-invitation', writeInvitation({ sender, receiver: this.sid }));
  }

  decline(sender: string) {
    this.socket?.emit('decline-invitation', writeInvitation({ sender, receiver: this.sid }));
  }

  cancel(receiver: string) {
    this.socket?.emit('decline-invitation', writeInvitation({ sender: this.sid, receiver }));
  }

  leaveRoom() {
    this.socket?.emit('leave-room');
  }

  toggle(what: 'mic' | 'video') {
    this.socket?.emit(`toggle-${what}`);
  }

  say(name: string, text: string) {
    this.socket?.emit('chat', { senderName: `${name}(${this.sid})`, data: text });
  }

  relay(type: Kind, receiver: string, payload: Payload) {
    this.socket?.emit(type, { type, receiver_sid: receiver, sender_sid: this.sid, ...payload });
  }

  private listenToLobby(socket: LobbySocket) {
    const { listener } = this;
    socket.on('error', (message) => {
      listener.onRefused(String(message));
    });
    socket.on('connections', (text) => {
      listener.onPeers(readPeers(text));
    });
    socket.on('add-connection', (text) => {
      listener.onPeer(readPeer(text));
    });
    socket.on('remove-connection', (sid) => {
      listener.onPeerGone(sid);
    });
  }

  private listenToInvitations(socket: LobbySocket) {
    const { listener } = this;
    socket.on('receive-invite', (text) => {
      listener.onRing(readInvitation(text).sender);
    });
    socket.on('invite-expired-receiver', (text) => {
      listener.onRingEnd(readInvitation(text).sender, 'missed');
    });
    socket.on('invite-expired-sender', (text) => {
      listener.onAnswer(readInvitation(text).receiver, 'expired');
    });
    socket.on('invite-accepted', (text) => {
      listener.onAnswer(readInvitation(text).receiver, 'accepted');
    });
    socket.on('invite-declined', (text) => {
      const { sender, receiver } = readInvitation(text);
      if (sender === this.sid) listener.onAnswer(receiver, 'declined');
      else listener.onRingEnd(sender, 'cancelled');
    });
    socket.on('room-is-already-set', () => {
      listener.onBusy();
    });
    socket.on('invitation-request', ({ sender_sid: sid }) => {
      listener.onRequest(sid);
    });
  }

  private listenToCall(socket: LobbySocket) {
    const { listener } = this;
    socket.on('create-peer', ({ peers }) => {
      listener.onMembers(readMembers(peers));
    });
    socket.on('remove-peer-connection', ({ sender_sid: sid }) => {
      listener.onQuit(sid);
    });
    socket.on('toggle-mic', ({ sender_sid: sid }) => {
      listener.onToggle(sid, 'mic');
    });
    socket.on('toggle-video', ({ sender_sid: sid }) => {
      listener.onToggle(sid, 'video');
    });
    socket.on('message', (message) => {
      listener.onMessage(message);
    });
    socket.on('ice-servers', (configuration) => {
      listener.onIce(configuration);
    });
    socket.on('offer', (object) => {
      listener.onRelayed('offer', object);
    });
    socket.on('answer', (object) => {
      listener.onRelayed('answer', object);
    });
    socket.on('candidate', (object) => {
      listener.onRelayed('candidate', object);
    });
  }
}
