import { type ServiceEvents, type ServiceOptions, ServiceSocket } from './service-socket.js';

/** A trusted device next to the exhibit: talks to its hosts. */
export class ServiceClient extends ServiceSocket<ServiceEvents> {
  constructor(options: ServiceOptions & { readonly clientToken: string }) {
    super(options, options.clientToken, 'client');
  }
}
