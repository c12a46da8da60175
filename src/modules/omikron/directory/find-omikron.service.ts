import { Injectable } from '@nestjs/common';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { OmikronNodes } from '../sessions/omikron-nodes.service.js';
import { type NodeLoad } from '../omikron-state.js';
import { OmikronRepository } from '../omikron.repository.js';
import { canonicalUuid } from '../uuid.js';
import { OmegaRefusal } from './omega-refusal.js';

/** Answers, as the directory Omega does, which Omikron (here: which node) to connect to. */
@Injectable()
export class FindOmikron {
  constructor(
    private readonly nodes: OmikronNodes,
    private readonly sessions: IotaSessions,
    private readonly repository: OmikronRepository,
  ) {}

  /** The least busy node. @throws AppError `not_found` when none accepts connections */
  async any(): Promise<NodeLoad> {
    const node = (await this.nodes.list()).find(({ draining }) => !draining);
    if (node === undefined) throw new OmegaRefusal('no-node');
    return node;
  }

  /**
   * The host of the node that the user's Iota is connected to.
   * @throws AppError `malformed_request`, `not_found`, or `unavailable` when that node is draining
   */
  async ofUser(userId: string): Promise<string> {
    const user = canonicalUuid(userId);
    if (user === undefined) throw new OmegaRefusal('no-uuid');
    const home = await this.sessions.find(user);
    if (home === undefined) {
      const profile = await this.repository.findProfile(user);
      throw new OmegaRefusal(profile === undefined ? 'no-user' : 'iota-offline');
    }
    if ((await this.nodes.list()).some(({ node, draining }) => draining && node === home.node)) {
      throw new OmegaRefusal('node-draining');
    }
    return home.node;
  }
}
