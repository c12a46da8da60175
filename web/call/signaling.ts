import { type IceConfiguration, type Peer, type SignalKind, SignalingSocket } from '@switchboard/client/signaling';
import { type JsonObject } from '../ui/json.js';

export type Kind = SignalKind;

/** What one browser tells another about their connection. */
export interface Payload {
  readonly description?: RTCSessionDescription | null;
  readonly candidate?: RTCIceCandidateInit;
}

/** What the lobby reports to its page. */
interface Listener {
  /** In the lobby, each time with a new id. */
  readonly onConnected: () => void;
  readonly onLost: (willReturn: boolean) => void;
  readonly onRefused: (message: string) => void;
  readonly onPeers: (peers: readonly Peer[]) => void;
  readonly onPeer: (peer: Peer) => void;
  readonly onPeerGone: (sid: string) => void;
  readonly onRing: (sid: string) => void;
  readonly onRingEnd: (sid: string, why: 'cancelled' | 'missed') => void;
  /** Somebody wants to be invited to this call. */
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

const WAIT = { firstMs: 500, longestMs: 5_000 };
/** Close code of a socket that this page has closed. */
const OWN_END = 1000;

/** This page in the lobby; what it says without a connection is lost. */
export class Signaling {
  private socket: SignalingSocket | null = null;
  private lastSid = '';

  constructor(private readonly listener: Listener) {
    // Nothing is done on `offline`: a call survives a moment without network, but a place in the lobby ends with its
    // socket.
    addEventListener('online', () => this.socket?.retry());
  }

  /** That of the lost connection, too, until there is a new one. */
  get sid() {
    return this.lastSid;
  }

  get connected() {
    return (this.socket?.sid ?? '') !== '';
  }

  /**
   * Connects, and reconnects with the same name.
   * @param token a lobby token, or empty
   */
  join(name: string, token: string) {
    this.leave();
    const lobbyToken = token === '' ? {} : { lobbyToken: token };
    const socket = new SignalingSocket({ url: location.origin, name, ...lobbyToken, ...WAIT });
    this.socket = socket;
    this.listenToLobby(socket);
    this.listenToInvitations(socket);
    this.listenToCall(socket);
  }

  leave() {
    this.socket?.close();
    this.socket = null;
  }

  invite(sid: string) {
    this.online?.invite(sid);
  }

  accept(sender: string) {
    this.online?.accept(sender);
  }

  decline(sender: string) {
    this.online?.decline(sender);
  }

  cancel(receiver: string) {
    this.online?.cancel(receiver);
  }

  leaveRoom() {
    this.online?.leaveCall();
  }

  toggle(what: 'mic' | 'video') {
    this.online?.toggle(what);
  }

  say(name: string, text: string) {
    this.online?.chat({ senderName: `${name}(${this.sid})`, data: text });
  }

  relay(type: Kind, receiver: string, payload: Payload) {
    this.online?.signal(type, receiver, payload);
  }

  private get online(): SignalingSocket | null {
    return this.connected ? this.socket : null;
  }

  private listenToLobby(socket: SignalingSocket) {
    const { listener } = this;
    socket.on('open', ({ sid }) => {
      this.lastSid = sid;
      listener.onConnected();
    });
    socket.on('reconnecting', () => {
      listener.onLost(true);
    });
    // It does not reconnect when thrown out, but does when cut off.
    socket.on('closed', ({ code }) => {
      if (code !== OWN_END) listener.onLost(false);
    });
    socket.on('error', ({ message }) => {
      listener.onRefused(message);
    });
    socket.on('peers', (peers) => {
      listener.onPeers(peers);
    });
    socket.on('peer', (peer) => {
      listener.onPeer(peer);
    });
    socket.on('peerGone', ({ sid }) => {
      listener.onPeerGone(sid);
    });
  }

  private listenToInvitations(socket: SignalingSocket) {
    const { listener } = this;
    socket.on('invited', ({ sender_sid: sender }) => {
      listener.onRing(sender);
    });
    socket.on('inviteExpired', ({ sender_sid: sender, receiver_sid: receiver }) => {
      if (sender === socket.sid) listener.onAnswer(receiver, 'expired');
      else listener.onRingEnd(sender, 'missed');
    });
    socket.on('inviteAccepted', ({ receiver_sid: receiver }) => {
      listener.onAnswer(receiver, 'accepted');
    });
    socket.on('inviteDeclined', ({ sender_sid: sender, receiver_sid: receiver }) => {
      if (sender === socket.sid) listener.onAnswer(receiver, 'declined');
      else listener.onRingEnd(sender, 'cancelled');
    });
    socket.on('busy', () => {
      listener.onBusy();
    });
    socket.on('callRequested', ({ sender_sid: sender }) => {
      listener.onRequest(sender);
    });
  }

  private listenToCall(socket: SignalingSocket) {
    const { listener } = this;
    socket.on('call', ({ peers }) => {
      listener.onMembers([...peers]);
    });
    socket.on('memberLeft', ({ sender_sid: sid }) => {
      listener.onQuit(sid);
    });
    socket.on('toggled', ({ sender_sid: sid, what }) => {
      listener.onToggle(sid, what);
    });
    socket.on('chat', (message) => {
      listener.onMessage(message);
    });
    socket.on('iceServers', (configuration) => {
      listener.onIce(configuration);
    });
    socket.on('signal', (signal) => {
      listener.onRelayed(signal.type, signal);
    });
  }
}
