import { Injectable, Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { Timers } from '../../../common/time/timers.js';
import { IceServers } from '../../ice-servers/ice-servers.service.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { CallRooms } from './call-rooms.service.js';
import { type SignalingEvent } from '../signaling.events.js';
import { type Peer } from '../signaling-peer.js';

/** Sends ICE servers to peers: when they ask, and before the credentials expire while they are in a call. */
@Injectable()
export class CallIce {
  private readonly logger = new Logger(CallIce.name);

  constructor(
    private readonly iceServers: IceServers,
    private readonly rooms: CallRooms,
    private readonly hub: Hub,
    private readonly clock: MonotonicClock,
    private readonly timers: Timers,
  ) {}

  give(peer: Peer): void {
    this.stop(peer);
    const stop = this.timers.after(this.iceServers.refreshMs, () => {
      this.refresh(peer);
    });
    peer.ice = { givenAt: this.clock.elapsed(), stop };
    const event: SignalingEvent = {
      type: 'signaling.ice',
      configuration: this.iceServers.configuration(peer.sid),
    };
    this.hub.sendTo(peer.connection, event);
  }

  /** Called when the peer has joined a call: if its credentials are old, it gets new ones that outlast the call. */
  seated(peer: Peer): void {
    if (peer.ice !== null && this.clock.elapsed() >= peer.ice.givenAt + this.iceServers.refreshMs) this.give(peer);
  }

  stop(peer: Peer): void {
    peer.ice?.stop();
    peer.ice = null;
  }

  private refresh(peer: Peer): void {
    this.rooms.isInCall(peer.sid).then(
      (inCall) => {
        if (inCall && !peer.gone) this.give(peer);
      },
      (error: unknown) => {
        reportFailure(this.logger, 'ICE servers could not be refreshed', error);
      },
    );
  }
}
