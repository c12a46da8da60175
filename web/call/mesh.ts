import { type Media } from './media.js';
import { type JsonObject } from '../ui/json.js';
import { Link, type LinkListener } from './link.js';
import { type Kind } from './signaling.js';

/** Messages kept that arrived before the news that their sender is in the call. */
const MOST_EARLY = 100;

/** One connection to each other member of the call. */
export class Mesh {
  private links = new Map<string, Link>();
  private early: { kind: Kind; sid: string; object: JsonObject }[] = [];
  private configuration: RTCConfiguration = {};

  constructor(
    private readonly media: Media,
    private readonly listener: LinkListener,
  ) {}

  get sids() {
    return [...this.links.keys()];
  }

  configure(iceServers: RTCIceServer[], relayOnly: boolean) {
    this.configuration = { iceServers, iceTransportPolicy: relayOnly ? 'relay' : 'all' };
    for (const { pc } of this.links.values()) pc.setConfiguration(this.configuration);
  }

  /**
   * Connects to members that are not connected yet. Of two, the one who was there first makes the first offer.
   * @param members in the order they joined
   */
  connect(own: string, members: string[]) {
    const place = members.indexOf(own);
    for (const [i, sid] of members.entries()) {
      if (sid === own || this.links.has(sid)) continue;
      const link = new Link(
        sid,
        { first: place < i, polite: own < sid },
        this.configuration,
        this.media,
        this.listener,
      );
      this.links.set(sid, link);
    }
    for (const { kind, sid, object } of this.early.splice(0)) this.receive(kind, sid, object);
  }

  receive(kind: Kind, sid: string, object: JsonObject) {
    const link = this.links.get(sid);
    if (link) void link.receive(kind, object);
    else if (this.early.length < MOST_EARLY) this.early.push({ kind, sid, object });
  }

  /** What is sent has changed. */
  update() {
    for (const link of this.links.values()) link.update();
  }

  close(sid: string) {
    this.links.get(sid)?.close();
    this.links.delete(sid);
  }

  closeAll() {
    for (const sid of this.sids) this.close(sid);
    this.early = [];
  }
}
