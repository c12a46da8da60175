import { type Channel, channel } from '../../realtime/channel.js';

/** Sockets that were admitted with an access token of this login listen here, and are closed through it. */
export const loginChannel = (loginId: number): Channel => channel('login', loginId);
