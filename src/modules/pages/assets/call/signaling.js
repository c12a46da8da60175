import { io } from '../vendor/socket.io.js';

/**
 * @typedef {{ sid: string, name: string }} Peer
 * @typedef {{ sender_sid: string, receiver_sid: string }} Invitation
 * @typedef {{ iceServers: RTCIceServer[], expiresIn: number }} IceConfiguration
 * @typedef {'offer' | 'answer' | 'candidate'} Kind
 */

/**
 * What the lobby tells its page.
 * @typedef {object} Listener
 * @property {(sid: string) => void} onConnected in the lobby, under a new id each time
 * @property {(willReturn: boolean) => void} onLost
 * @property {(message: string) => void} onRefused
 * @property {(peers: Peer[]) => void} onPeers
 * @property {(peer: Peer) => void} onPeer
 * @property {(sid: string) => void} onPeerGone
 * @property {(sid: string) => void} onRing
 * @property {(sid: string, why: 'cancelled' | 'missed') => void} onRingEnd
 * @property {(sid: string) => void} onRequest somebody wants to be called into this call
 * @property {(sid: string, answer: 'accepted' | 'declined' | 'expired') => void} onAnswer
 * @property {() => void} onBusy
 * @property {(members: string[]) => void} onMembers
 * @property {(sid: string) => void} onQuit
 * @property {(sid: string, what: 'mic' | 'video') => void} onToggle
 * @property {(message: unknown) => void} onMessage
 * @property {(kind: Kind, object: Record<string, unknown>) => void} onRelayed
 * @property {(configuration: IceConfiguration) => void} onIce
 */

/** The signaling protocol as clients speak it; several payloads are JSON text inside a string. */
export class Signaling {
  /** @type {import('../vendor/socket.io.js').Socket | null} */
  #socket = null;
  sid = '';

  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
  }

  get connected() {
    return this.#socket?.connected === true;
  }

  /**
   * Connects, and comes back by itself with the same name.
   * @param {string} name
   * @param {string} token of the lobby, or empty
   */
  join(name, token) {
    this.leave();
    const socket = io({
      auth: token === '' ? {} : { lobby: token },
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
    });
    this.#socket = socket;
    socket.on('connect', () => {
      this.sid = socket.id ?? '';
      this.listener.onConnected(this.sid);
      socket.emit('name', name);
      socket.emit('connections');
      socket.emit('ice-servers');
    });
    socket.on('connect_error', () => this.listener.onLost(true));
    // Thrown out it does not come back by itself; cut off it does.
    socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') this.listener.onLost(reason !== 'io server disconnect');
    });
    this.#listen(socket);
  }

  leave() {
    this.#socket?.disconnect();
    this.#socket = null;
    this.sid = '';
  }

  /** @param {string} sid */
  invite(sid) {
    this.#socket?.emit('send-invitation', sid);
  }

  /** @param {string} sender */
  accept(sender) {
    this.#socket?.emit('accept-invitation', invitation(sender, this.sid));
  }

  /** @param {string} sender */
  decline(sender) {
    this.#socket?.emit('decline-invitation', invitation(sender, this.sid));
  }

  /** @param {string} receiver */
  cancel(receiver) {
    this.#socket?.emit('decline-invitation', invitation(this.sid, receiver));
  }

  leaveRoom() {
    this.#socket?.emit('leave-room');
  }

  /** @param {'mic' | 'video'} what */
  toggle(what) {
    this.#socket?.emit(`toggle-${what}`);
  }

  /** @param {string} name @param {string} text */
  say(name, text) {
    this.#socket?.emit('chat', { senderName: `${name}(${this.sid})`, data: text });
  }

  /** @param {Kind} type @param {string} receiver @param {object} payload */
  relay(type, receiver, payload) {
    this.#socket?.emit(type, { type, receiver_sid: receiver, sender_sid: this.sid, ...payload });
  }

  askForIce() {
    this.#socket?.emit('ice-servers');
  }

  /** @param {import('../vendor/socket.io.js').Socket} socket */
  #listen(socket) {
    const { listener } = this;
    socket.on('error', (message) => listener.onRefused(String(message)));
    socket.on('connections', (text) => listener.onPeers(JSON.parse(text)));
    socket.on('add-connection', (text) => listener.onPeer(JSON.parse(text)));
    socket.on('remove-connection', (sid) => listener.onPeerGone(sid));
    socket.on('receive-invite', (text) => listener.onRing(read(text).sender_sid));
    socket.on('invite-expired-receiver', (text) => listener.onRingEnd(read(text).sender_sid, 'missed'));
    socket.on('invite-expired-sender', (text) => listener.onAnswer(read(text).receiver_sid, 'expired'));
    socket.on('invite-accepted', (text) => listener.onAnswer(read(text).receiver_sid, 'accepted'));
    socket.on('invite-declined', (text) => {
      const { sender_sid: sender, receiver_sid: receiver } = read(text);
      if (sender === this.sid) listener.onAnswer(receiver, 'declined');
      else listener.onRingEnd(sender, 'cancelled');
    });
    socket.on('room-is-already-set', () => listener.onBusy());
    socket.on('invitation-request', ({ sender_sid: sid }) => listener.onRequest(sid));
    socket.on('create-peer', ({ peers }) => listener.onMembers(JSON.parse(peers)));
    socket.on('remove-peer-connection', ({ sender_sid: sid }) => listener.onQuit(sid));
    socket.on('toggle-mic', ({ sender_sid: sid }) => listener.onToggle(sid, 'mic'));
    socket.on('toggle-video', ({ sender_sid: sid }) => listener.onToggle(sid, 'video'));
    socket.on('message', (message) => listener.onMessage(message));
    socket.on('ice-servers', (configuration) => listener.onIce(configuration));
    for (const kind of /** @type {Kind[]} */ (['offer', 'answer', 'candidate'])) {
      socket.on(kind, (object) => listener.onRelayed(kind, object));
    }
  }
}

/** @param {string} sender @param {string} receiver */
const invitation = (sender, receiver) => JSON.stringify({ sender_sid: sender, receiver_sid: receiver });

/** @param {string} text @returns {Invitation} */
const read = (text) => JSON.parse(text);
