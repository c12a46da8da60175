import { type Duplex } from 'node:stream';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { COMPLETE_MS } from '../../../common/http/policy/held-bodies.js';
import { type HeldBytes } from '../../../common/http/policy/held-bytes.js';
import { ADMISSION_FRAME_BYTES } from './plain-options.js';

/** A stranger who may send more than strangers usually do. */
interface Sender {
  readonly address: string;
  /** Bytes that have arrived but are not handled yet. */
  heldBytes(): number;
  /** Called when it sends too much or takes too long. */
  cutOff(): void;
}

/**
 * Accounts for what a stranger sends beyond the usual limit: a first message where the protocol needs a large one, and
 * whatever follows the first message before it is decided. It counts against the same budget as request bodies.
 */
export class LargeMessages {
  private counted = 0;
  private late: NodeJS.Timeout | undefined;
  private readonly key: string;

  constructor(
    private readonly sender: Sender,
    /** `null` for messages that arrive in HTTP requests. */
    private readonly stream: Duplex | null,
    private readonly held: HeldBytes,
  ) {
    this.key = addressKey(sender.address);
    stream?.on('data', this.look);
  }

  /** Call when something has arrived or was handled. */
  readonly look = (): void => {
    const heldBytes = this.sender.heldBytes();
    this.count(heldBytes > ADMISSION_FRAME_BYTES ? heldBytes : 0);
    if (this.counted > 0 && this.held.isFull(this.key, this.counted, 0)) this.sender.cutOff();
  };

  /** Call when the sender was admitted, or is back to the usual limit. */
  end(): void {
    this.stream?.off('data', this.look);
    this.count(0);
  }

  private count(bytes: number): void {
    this.held.add(this.key, bytes - this.counted);
    this.counted = bytes;
    if (bytes === 0) {
      clearTimeout(this.late);
      this.late = undefined;
    } else {
      this.late ??= setTimeout(() => {
        this.sender.cutOff();
      }, COMPLETE_MS).unref();
    }
  }
}
