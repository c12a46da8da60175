export { MessageRefused } from '../sockets/outbox.js';
export { NotConnected, type SocketEnd, type SocketOptions, Unconfirmed } from '../sockets/persistent.js';
export type * from './circles-frames.js';
export { CirclesSocket, type CirclesSocketEvents, type CirclesSocketOptions, type Draft } from './circles-socket.js';
export { type ShutOut } from './joined-rooms.js';
