import { type JsonObject, parseObject } from '../ui/json.js';
import { type Media } from './media.js';
import { readCandidate, readDescription } from './payloads.js';
import { type Kind, type Payload } from './signaling.js';

/** What a link reports to its page. */
export interface LinkListener {
  readonly onStream: (sid: string, stream: MediaStream) => void;
  readonly onState: (sid: string, state: RTCPeerConnectionState) => void;
  /** The other page's own media state. */
  readonly onMedia: (sid: string, mic: boolean, camera: boolean) => void;
  readonly relay: (type: Kind, sid: string, payload: Payload) => void;
}

/** Milliseconds during which the other side may make the first offer. */
const PATIENCE = 2_000;
const KINDS = ['audio', 'video'] as const;

/** A connection to one other browser, following the pattern known as perfect negotiation. */
export class Link {
  private makingOffer = false;
  private ignoresOffer = false;
  /** Whether this side may offer: at once, or after the other one has had its chance. */
  private mayOffer: boolean;
  private readonly polite: boolean;
  readonly pc: RTCPeerConnection;
  /** Carries each side's own media state. */
  private readonly channel: RTCDataChannel;
  private senders: Partial<Record<(typeof KINDS)[number], RTCRtpSender>> = {};
  private patience: number | undefined;
  private closed = false;

  constructor(
    private readonly sid: string,
    { first, polite }: { first: boolean; polite: boolean },
    configuration: RTCConfiguration,
    private readonly media: Media,
    private readonly listener: LinkListener,
  ) {
    this.pc = new RTCPeerConnection(configuration);
    this.mayOffer = first;
    this.polite = polite;
    const { pc } = this;
    pc.addEventListener('negotiationneeded', () => void this.offer());
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) listener.relay('candidate', sid, { candidate: candidate.toJSON() });
    });
    pc.addEventListener('track', ({ streams: [stream] }) => {
      if (stream) listener.onStream(sid, stream);
    });
    pc.addEventListener('connectionstatechange', () => {
      this.stateChanged();
    });
    // Negotiated in advance, so that late-comers, too, get each side's true state.
    this.channel = pc.createDataChannel('media', { negotiated: true, id: 0 });
    this.channel.addEventListener('open', () => {
      this.tell();
    });
    this.channel.addEventListener('message', ({ data }) => {
      this.hear(data);
    });
    this.update();
    if (first) {
      for (const kind of KINDS) {
        if (!media.stream.getTracks().some((track) => track.kind === kind)) {
          pc.addTransceiver(kind, { direction: 'recvonly' });
        }
      }
    } else {
      this.patience = setTimeout(() => {
        this.mayOffer = true;
        if (pc.remoteDescription === null) void this.offer();
      }, PATIENCE);
    }
  }

  /** Sends the current tracks, in the places of the previous ones. */
  update() {
    const { stream } = this.media;
    const senders = this.pc.getSenders();
    for (const kind of KINDS) {
      const track = stream.getTracks().find((each) => each.kind === kind) ?? null;
      const sender = senders.find((each) => each === this.senders[kind]);
      if (sender) void sender.replaceTrack(track);
      else if (track) this.senders[kind] = this.pc.addTrack(track, stream);
    }
    this.tell();
  }

  async receive(kind: Kind, object: JsonObject) {
    try {
      if (kind === 'candidate') await this.addCandidate(object);
      else await this.describe(readDescription(object['description']));
    } catch (error) {
      // The browser does not understand the other one: there will be no connection, and the tile says so.
      if (!this.closed) console.warn('A message of another browser was not understood', error);
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.patience);
    this.pc.close();
  }

  private async offer() {
    if (!this.mayOffer || this.closed) return;
    try {
      this.makingOffer = true;
      await this.pc.setLocalDescription();
      this.listener.relay('offer', this.sid, { description: this.pc.localDescription });
    } finally {
      this.makingOffer = false;
    }
  }

  private async describe(description: RTCSessionDescriptionInit) {
    const { pc } = this;
    const collides = description.type === 'offer' && (this.makingOffer || pc.signalingState !== 'stable');
    this.ignoresOffer = !this.polite && collides;
    if (this.ignoresOffer) return;
    clearTimeout(this.patience);
    await pc.setRemoteDescription(description);
    this.mayOffer = true;
    if (description.type !== 'offer') return;
    await pc.setLocalDescription();
    this.listener.relay('answer', this.sid, { description: pc.localDescription });
  }

  private async addCandidate(object: JsonObject) {
    try {
      await this.pc.addIceCandidate(readCandidate(object['candidate']));
    } catch (error) {
      if (!this.ignoresOffer) throw error;
    }
  }

  private stateChanged() {
    if (this.closed) return;
    const { connectionState } = this.pc;
    this.listener.onState(this.sid, connectionState);
    if (connectionState === 'failed') this.pc.restartIce();
  }

  private tell() {
    if (this.channel.readyState !== 'open') return;
    const { muted, dark, microphone } = this.media;
    this.channel.send(JSON.stringify({ mic: !muted && microphone !== null, camera: !dark }));
  }

  private hear(data: unknown) {
    if (typeof data !== 'string' || data.length > 1_000) return;
    const told = parseObject(data);
    if (told) this.listener.onMedia(this.sid, told['mic'] === true, told['camera'] === true);
  }
}
