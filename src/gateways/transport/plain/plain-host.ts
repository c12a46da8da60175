import { type HeldBytes } from '../../../common/http/policy/held-bytes.js';
import { type Hub } from '../../../modules/realtime/fan-out/hub.js';
import { type RevocationList } from '../../../modules/realtime/access/revocation-list.js';
import { type InboundLimits } from '../flow/inbound-queue.js';
import { type LoopTurns } from '../flow/loop-turns.js';
import { type WriterHost } from '../flow/outbound-writer.js';
import { type Expected } from './admission-deadlines.js';

/** When to come back to a server that drains: by then another one may be asked. */
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
  /** What strangers have sent beyond what strangers may, and nobody has handled yet. */
  readonly held: HeldBytes;
  /** The server is going, or takes nobody for a while: every close says so. */
  readonly draining: boolean;
  /** Sends `connection` away if it has not said who it is within so many times `ADMISSION_SECONDS`. */
  expectAdmission(connection: Expected, factor: number): void;
  /** A handshake was refused with `status`. */
  refused(status: number): void;
  /** For the next connection of any transport. */
  nextSerial(): number;
}
