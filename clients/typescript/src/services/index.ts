export { NotConnected, type SocketEnd, type SocketOptions } from '../sockets/persistent.js';
export { ServiceClient } from './service-client.js';
export { ServiceGuest } from './service-guest.js';
export { ServiceHost, type ServiceHostEvents } from './service-host.js';
export { type ServiceEvents, type ServiceMessage, type ServiceOptions, type ServiceRole } from './service-socket.js';
