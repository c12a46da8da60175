export { NotConnected, type SocketEnd, type SocketOptions } from '../sockets/persistent.js';
export type * from './signaling-frames.js';
export { SignalingSocket, type SignalingSocketEvents, type SignalingSocketOptions } from './signaling-socket.js';
