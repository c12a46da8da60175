import { type Lock, type Locker, type RequestRelease } from '@tus/server';
import { AppError } from '../../../../common/errors/app-error.js';
import { randomHex } from '../../../../common/security/random.js';
import { channel } from '../../../realtime/channel.js';
import { type Hub } from '../../../realtime/fan-out/hub.js';
import { type HubEvent } from '../../../realtime/hub-event.js';
import { storeKey } from '../../../realtime/ports/store-key.js';
import { type Lease } from '../../../realtime/resilience/lease.js';
import { type Leases } from '../../../realtime/resilience/leases.service.js';

/** Tells the request that writes an upload that another one wants to. */
interface UploadWanted extends HubEvent {
  readonly type: 'circles.upload-wanted';
  readonly by: string;
}

/** Lets one request at a time write an upload, across nodes; a later one takes over from one that hangs. */
export class UploadLocker implements Locker {
  constructor(
    private readonly leases: Leases,
    private readonly hub: Hub,
  ) {}

  newLock(id: string): Lock {
    return new UploadLock(this.leases, this.hub, id);
  }
}

class UploadLock implements Lock {
  private readonly name = randomHex(16);
  private lease: Lease | undefined;
  private stop = (): void => undefined;

  constructor(
    private readonly leases: Leases,
    private readonly hub: Hub,
    private readonly id: string,
  ) {}

  async lock(signal: AbortSignal, cancel: RequestRelease): Promise<void> {
    const { id, hub, name } = this;
    const wanted = channel<UploadWanted>('circles', 'upload', id);
    const letGo = (): void => void Promise.resolve(cancel()).catch(() => undefined);
    const busy = (): void => {
      if (signal.aborted) throw inUse();
      hub.signal(wanted, { type: 'circles.upload-wanted', by: name });
    };
    this.lease = await this.leases.wait(storeKey('circles', 'upload', id), letGo, busy);
    if (this.lease === undefined) throw inUse();
    const heard = ({ by }: UploadWanted): void => {
      if (by !== name) letGo();
    };
    this.stop = () => {
      hub.unlisten(wanted, heard);
    };
    // Not awaited: those who want the lock ask repeatedly.
    void hub.listen(wanted, heard);
  }

  /** Never fails: a lock that cannot be released expires. */
  async unlock(): Promise<void> {
    this.stop();
    await this.lease?.release();
  }
}

const inUse = (): AppError => new AppError('conflict', 'The upload is in use.');
