export { MessageRefused } from '../sockets/outbox.js';
export { NotConnected, type SocketEnd, type SocketOptions, Unconfirmed } from '../sockets/persistent.js';
export { RoomEndpoint, type RoomEndpointEvents, type RoomEndpointOptions } from './room-endpoint.js';
export { RoomEvents, type RoomEventsEvents, type RoomEventsOptions } from './room-events.js';
export {
  type Position,
  type Present,
  type Receipt,
  type Recovered,
  type RoomMessage,
  type StartAt,
} from './room-frames.js';
