import { type ChannelContract } from './common/asyncapi/contract.js';
import { circlesContract } from './gateways/circles/circles.contract.js';
import { consoleContract } from './gateways/console/console.contract.js';
import { callContract } from './gateways/omikron/call.contract.js';
import { clientContract } from './gateways/omikron/client.contract.js';
import { iotaContract } from './gateways/omikron/iota.contract.js';
import { namedRoomsContract, roomsContract } from './gateways/rooms/rooms.contract.js';
import { namedStreamsContract, streamsContract } from './gateways/rooms/sse.contract.js';
import { servicesContract } from './gateways/services/services.contract.js';
import { signalingContract } from './gateways/signaling/signaling.contract.js';

/** All that goes over sockets and event streams. */
export const CONTRACTS: readonly ChannelContract[] = [
  servicesContract,
  roomsContract,
  streamsContract,
  namedRoomsContract,
  namedStreamsContract,
  circlesContract,
  signalingContract,
  iotaContract,
  clientContract,
  callContract,
  consoleContract,
];
