import { type EventEncoder, type Frame } from '../connection.js';
import { type HubEvent } from '../hub-event.js';

/** One frame per encoder, for the rare channels whose subscribers use several encoders. */
export class FrameCache {
  private readonly frames = new Map<EventEncoder, Frame | null>();

  constructor(private readonly event: HubEvent) {}

  of(encoder: EventEncoder): Frame | null {
    let frame = this.frames.get(encoder);
    if (frame === undefined) this.frames.set(encoder, (frame = encoder.encode(this.event)));
    return frame;
  }
}
