import { type GatewayDispatch } from './gateway-dispatch.js';
import { type PathPattern } from './path-pattern.js';
import { type ConnectionEndpoint } from './plain.connection.js';
import { type PlainGatewayOptions } from './plain-options.js';

/** One plain gateway on the port: its path, dispatch and counters. */
export interface PlainEndpoint extends ConnectionEndpoint {
  readonly options: PlainGatewayOptions;
  readonly pattern: PathPattern;
  readonly dispatch: GatewayDispatch;
}
