import { type JsonObject } from '../json.js';
import { type ServiceEvents, type ServiceMessage, type ServiceOptions, ServiceSocket } from './service-socket.js';

export interface ServiceHostEvents extends ServiceEvents {
  /** The code guests join with; a host that comes back within the service's grace period keeps it. */
  readonly code: string;
}

/** The exhibit: talks to all clients and guests, or to one of them. */
export class ServiceHost extends ServiceSocket<ServiceHostEvents> {
  constructor(options: ServiceOptions & { readonly hostToken: string }) {
    super(options, options.hostToken, 'host');
  }

  /** Sends to one client or guest, by the `user` of its `join` and its messages. */
  sendTo(user: string, message: ServiceMessage): void {
    this.send({ ...message, user });
  }

  protected override received(frame: JsonObject): void {
    if (frame['type'] === 'server_code' && typeof frame['code'] === 'string') this.emit('code', frame['code']);
    else super.received(frame);
  }
}
