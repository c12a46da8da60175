import { randomHex } from '../../common/security/random.js';

/** This process among the nodes. A restart is another node: what the old one held is gone. */
export class NodeIdentity {
  readonly name = randomHex(8);
}
