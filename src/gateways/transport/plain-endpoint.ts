import { type SocketTraffic } from '../../modules/observability/socket-metrics.js';
import { type RevocationList } from '../../modules/realtime/revocation-list.js';
import { type GatewayDispatch } from './gateway-dispatch.js';
import { type InboundLimits } from './inbound-queue.js';
import { type LoopTurns } from './loop-turns.js';
import { type WriterHost } from './outbound-writer.js';
import { type PathPattern } from './path-pattern.js';
import { type PlainConnection } from './plain.connection.js';
import { type PlainGatewayOptions } from './plain-gateway.js';

/** What all plain connections of one server share. */
export interface PlainHost {
  readonly turns: LoopTurns;
  readonly writers: WriterHost;
  readonly revocations: RevocationList;
  readonly limits: { readonly inbound: InboundLimits };
  /** The server is going: every close says so. */
  readonly draining: boolean;
  /** For the next connection of any transport. */
  nextSerial(): number;
}

/** One plain gateway on the port: its path, its messages, its counters. */
export interface PlainEndpoint {
  readonly host: PlainHost;
  readonly options: PlainGatewayOptions;
  readonly pattern: PathPattern;
  readonly dispatch: GatewayDispatch;
  readonly traffic: SocketTraffic;
  readonly admissionFrameBytes: number;
  /** The socket of `connection` has ended with `code`. */
  left(connection: PlainConnection, code: number): void;
}
