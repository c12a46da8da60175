export { NotConnected, type SocketEnd, type SocketOptions, Unconfirmed } from '../sockets/persistent.js';
export { Iota, type IotaEvents, type IotaOptions, type Outgoing } from './iota.js';
export { OmikronCall, type OmikronCallEvents, type OmikronCallOptions } from './omikron-call.js';
export { OmikronClient, type OmikronClientEvents, type OmikronClientOptions } from './omikron-client.js';
export type * from './omikron-frames.js';
export { type OmikronEvents, type OmikronOptions, OmikronRefused } from './omikron-socket.js';
