import { type Channel, channel } from '../../realtime/channel.js';

/** Sockets admitted by a ticket of this API key, so that they can be closed. */
export const apiKeyChannel = (keyId: number): Channel => channel('api-key', keyId);
