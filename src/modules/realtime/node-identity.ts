import { randomHex } from '../../common/security/random.js';

/** This process among the nodes. A restart is another node: what the old one held is gone. */
export class NodeIdentity {
  readonly name = randomHex(16);
  #incarnation = this.name;

  /** Whom the leases of this node belong to: read it anew for each. */
  get incarnation(): string {
    return this.#incarnation;
  }

  /** The others took this node for dead and released what it held: what it takes from now on is another's. */
  reincarnate(): void {
    this.#incarnation = randomHex(16);
  }
}
