import { type ServiceEvents, type ServiceOptions, ServiceSocket } from './service-socket.js';

/** A visitor's phone, with the public code that the exhibit shows: talks to its host. */
export class ServiceGuest extends ServiceSocket<ServiceEvents> {
  constructor(options: ServiceOptions & { readonly code: string }) {
    super(options, options.code, 'guest');
  }
}
