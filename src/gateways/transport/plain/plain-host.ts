import { type HeldBytes } from '../../../common/http/policy/held-bytes.js';
import { type Hub } from '../../../modules/realtime/fan-out/hub.js';
import { type RevocationList } from '../../../modules/realtime/access/revocation-list.js';
import { type InboundLimits } from '../flow/inbound-queue.js';
import { type LoopTurns } from '../flow/loop-turns.js';
import { type WriterHost } from '../flow/outbound-writer.js';
import { type Expected } from './admission-deadlines.js';

/** When to retry after a draining server refused: by then another node may be asked. */
export const RETRY_SECONDS = 1;

/** What all connections of one server share. */
export interface PlainHost {
  /** Name of this node, which makes its connections' ids unique among all nodes. */
  readonly node: string;
  readonly turns: LoopTurns;
  readonly writers: WriterHost;
  readonly hub: Pick<Hub, 'settle'>;
  readonly revocations: RevocationList;
  readonly limits: { readonly inbound: InboundLimits };
  /** What strangers have sent beyond the usual limit and nobody has handled yet. */
  readonly held: HeldBytes;
  /** Whether the server is going away or accepts nobody for a while; every close then says so. */
  readonly draining: boolean;
  /** Closes `connection` unless it is admitted within `factor` times `ADMISSION_SECONDS`. */
  expectAdmission(connection: Expected, factor: number): void;
  /** A handshake was refused with `status`. */
  refused(status: number): void;
  /** The serial number for the next connection of any transport. */
  nextSerial(): number;
}
