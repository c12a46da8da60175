/** @typedef {import('./signaling.js').Kind} Kind */

/**
 * What a link tells its page.
 * @typedef {object} LinkListener
 * @property {(sid: string, stream: MediaStream) => void} onStream
 * @property {(sid: string, state: RTCPeerConnectionState) => void} onState
 * @property {(sid: string, mic: boolean, camera: boolean) => void} onMedia what the other page says of itself
 * @property {(type: Kind, sid: string, payload: object) => void} relay
 */

/** Milliseconds for which the other side may make the first offer. */
const PATIENCE = 2_000;
/** Messages that overtook the news that their sender is in the call. */
const MOST_EARLY = 100;

/** One connection to each other member of the call. */
export class Mesh {
  /** @type {Map<string, Link>} */
  #links = new Map();
  /** @type {{ kind: Kind, sid: string, object: Record<string, unknown> }[]} */
  #early = [];
  /** @type {RTCConfiguration} */
  #configuration = {};

  /** @param {import('./media.js').Media} media @param {LinkListener} listener */
  constructor(media, listener) {
    this.media = media;
    this.listener = listener;
  }

  get sids() {
    return [...this.#links.keys()];
  }

  /** @param {RTCIceServer[]} iceServers @param {boolean} relayOnly */
  configure(iceServers, relayOnly) {
    this.#configuration = { iceServers, iceTransportPolicy: relayOnly ? 'relay' : 'all' };
    for (const { pc } of this.#links.values()) pc.setConfiguration(this.#configuration);
  }

  /**
   * Connects to those who are not connected yet. Who was there first makes the first offer.
   * @param {string} own
   * @param {string[]} members in the order they joined
   */
  connect(own, members) {
    const place = members.indexOf(own);
    for (const [i, sid] of members.entries()) {
      if (sid === own || this.#links.has(sid)) continue;
      const link = new Link(sid, { first: place < i, polite: own < sid }, this.#configuration, this);
      this.#links.set(sid, link);
    }
    for (const { kind, sid, object } of this.#early.splice(0)) this.receive(kind, sid, object);
  }

  /** @param {Kind} kind @param {string} sid @param {Record<string, unknown>} object */
  receive(kind, sid, object) {
    const link = this.#links.get(sid);
    if (link) void link.receive(kind, object);
    else if (this.#early.length < MOST_EARLY) this.#early.push({ kind, sid, object });
  }

  /** What is sent has changed. */
  update() {
    for (const link of this.#links.values()) link.update();
  }

  /** @param {string} sid */
  close(sid) {
    this.#links.get(sid)?.close();
    this.#links.delete(sid);
  }

  closeAll() {
    for (const sid of this.sids) this.close(sid);
    this.#early = [];
  }

  /** For tests and the curious. @param {string} sid */
  connectionTo(sid) {
    return this.#links.get(sid)?.pc;
  }
}

/** A connection to one other browser, by the pattern known as perfect negotiation. */
class Link {
  #makingOffer = false;
  #ignoresOffer = false;
  /** Whether this side may offer: at once, or when the other one has had its chance. */
  #mayOffer;
  #polite;
  /** @type {number | undefined} */
  #patience;
  #closed = false;

  /**
   * @param {string} sid
   * @param {{ first: boolean, polite: boolean }} manners
   * @param {RTCConfiguration} configuration
   * @param {Mesh} mesh
   */
  constructor(sid, { first, polite }, configuration, mesh) {
    this.sid = sid;
    this.mesh = mesh;
    this.pc = new RTCPeerConnection(configuration);
    this.#mayOffer = first;
    this.#polite = polite;
    const { pc } = this;
    pc.addEventListener('negotiationneeded', () => void this.#offer());
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) mesh.listener.relay('candidate', sid, { candidate: candidate.toJSON() });
    });
    pc.addEventListener('track', ({ streams: [stream] }) => {
      if (stream) mesh.listener.onStream(sid, stream);
    });
    pc.addEventListener('connectionstatechange', () => this.#stateChanged());
    // Same channel on both sides without asking: what each says of itself is true for late-comers, too.
    this.state = pc.createDataChannel('media', { negotiated: true, id: 0 });
    this.state.addEventListener('open', () => this.#tell());
    this.state.addEventListener('message', ({ data }) => this.#hear(data));
    this.update();
    if (first) {
      for (const kind of ['audio', 'video']) {
        if (!mesh.media.stream.getTracks().some((track) => track.kind === kind)) {
          pc.addTransceiver(kind, { direction: 'recvonly' });
        }
      }
    } else {
      this.#patience = setTimeout(() => {
        this.#mayOffer = true;
        if (pc.remoteDescription === null) void this.#offer();
      }, PATIENCE);
    }
  }

  /** Sends the tracks there are now, in the places of those there were. */
  update() {
    const { stream } = this.mesh.media;
    const senders = this.pc.getSenders();
    for (const kind of /** @type {const} */ (['audio', 'video'])) {
      const track = stream.getTracks().find((each) => each.kind === kind) ?? null;
      const sender = senders.find((each) => each === this.#senders[kind]);
      if (sender) void sender.replaceTrack(track);
      else if (track) this.#senders[kind] = this.pc.addTrack(track, stream);
    }
    this.#tell();
  }

  /** @type {{ audio?: RTCRtpSender, video?: RTCRtpSender }} */
  #senders = {};

  /** @param {Kind} kind @param {Record<string, unknown>} object */
  async receive(kind, object) {
    try {
      if (kind === 'candidate') await this.#addCandidate(object);
      else await this.#describe(/** @type {RTCSessionDescriptionInit} */ (object['description']));
    } catch (error) {
      // A browser that cannot make sense of the other one: the connection will not come about, and the tile says so.
      if (!this.#closed) console.warn('A message of another browser was not understood', error);
    }
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#patience);
    this.pc.close();
  }

  async #offer() {
    if (!this.#mayOffer || this.#closed) return;
    try {
      this.#makingOffer = true;
      await this.pc.setLocalDescription();
      this.mesh.listener.relay('offer', this.sid, { description: this.pc.localDescription });
    } finally {
      this.#makingOffer = false;
    }
  }

  /** @param {RTCSessionDescriptionInit} description */
  async #describe(description) {
    const { pc } = this;
    const collides = description.type === 'offer' && (this.#makingOffer || pc.signalingState !== 'stable');
    this.#ignoresOffer = !this.#polite && collides;
    if (this.#ignoresOffer) return;
    clearTimeout(this.#patience);
    await pc.setRemoteDescription(description);
    this.#mayOffer = true;
    if (description.type !== 'offer') return;
    await pc.setLocalDescription();
    this.mesh.listener.relay('answer', this.sid, { description: pc.localDescription });
  }

  /** @param {Record<string, unknown>} object */
  async #addCandidate(object) {
    try {
      await this.pc.addIceCandidate(/** @type {RTCIceCandidateInit} */ (object['candidate']));
    } catch (error) {
      if (!this.#ignoresOffer) throw error;
    }
  }

  #stateChanged() {
    if (this.#closed) return;
    const { connectionState } = this.pc;
    this.mesh.listener.onState(this.sid, connectionState);
    if (connectionState === 'failed') this.pc.restartIce();
  }

  #tell() {
    if (this.state?.readyState !== 'open') return;
    const { muted, dark, microphone } = this.mesh.media;
    this.state.send(JSON.stringify({ mic: !muted && microphone !== null, camera: !dark }));
  }

  /** @param {unknown} data */
  #hear(data) {
    if (typeof data !== 'string' || data.length > 1_000) return;
    const { mic, camera } = JSON.parse(data);
    this.mesh.listener.onMedia(this.sid, mic === true, camera === true);
  }
}
