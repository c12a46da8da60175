import { type Duplex } from 'node:stream';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { COMPLETE_MS } from '../../../common/http/policy/held-bodies.js';
import { type HeldBytes } from '../../../common/http/policy/held-bytes.js';
import { ADMISSION_FRAME_BYTES } from './plain-options.js';

/** A stranger who may send more than others do. */
interface Sender {
  readonly address: string;
  /** Bytes that have arrived of what is not handled yet. */
  heldBytes(): number;
  /** It goes too far, or takes too long. */
  cutOff(): void;
}

/**
 * What a stranger sends beyond what strangers may: a first message, where the protocol needs a large one, and what follows
 * right behind the first one, before it is decided who that is. It counts as bodies of requests do.
 */
export class LargeMessages {
  private counted = 0;
  private late: NodeJS.Timeout | undefined;
  private readonly key: string;

  constructor(
    private readonly sender: Sender,
    /** `null` where requests bring the messages. */
    private readonly stream: Duplex | null,
    private readonly held: HeldBytes,
  ) {
    this.key = addressKey(sender.address);
    stream?.on('data', this.look);
  }

  /** Something has arrived, or was handled. */
  readonly look = (): void => {
    const heldBytes = this.sender.heldBytes();
    this.count(heldBytes > ADMISSION_FRAME_BYTES ? heldBytes : 0);
    if (this.counted > 0 && this.held.isFull(this.key, this.counted, 0)) this.sender.cutOff();
  };

  /** It is no stranger any more, or may not send more than others do. */
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
