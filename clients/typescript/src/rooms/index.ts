export { NotConnected, type SocketEnd, type SocketOptions } from '../sockets/live-socket.js';
export { MessageRefused, type Receipt, Unconfirmed } from './outbox.js';
export { RoomEndpoint, type RoomEndpointEvents, type RoomEndpointOptions } from './room-endpoint.js';
export { type Position, type Present, type Recovered, type RoomMessage, type StartAt } from './room-frames.js';
