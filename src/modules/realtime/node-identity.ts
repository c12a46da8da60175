import { randomHex } from '../../common/security/random.js';

/** This process as one of the nodes. A restart makes a new node: whatever the old one held is gone. */
export class NodeIdentity {
  readonly name = randomHex(16);
  #incarnation = this.name;

  /** The owner of this node's leases. It can change, so read it for each lease. */
  get incarnation(): string {
    return this.#incarnation;
  }

  /** Called when the others have taken this node for dead and released what it held; new leases get a new owner. */
  reincarnate(): void {
    this.#incarnation = randomHex(16);
  }
}
