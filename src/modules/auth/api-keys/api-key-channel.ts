import { type Channel, channel } from '../../realtime/channel.js';

/** Sockets that were admitted by a ticket of this API key listen here, and are closed through it. */
export const apiKeyChannel = (keyId: number): Channel => channel('api-key', keyId);
