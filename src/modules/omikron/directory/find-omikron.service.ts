import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { OmikronNodes } from '../sessions/omikron-nodes.service.js';
import { type NodeLoad } from '../omikron-state.js';
import { OmikronRepository } from '../omikron.repository.js';
import { canonicalUuid } from '../uuid.js';

/** Answers, as the directory Omega does, which Omikron (that is: which node) to connect to. */
@Injectable()
export class FindOmikron {
  constructor(
    private readonly nodes: OmikronNodes,
    private readonly sessions: IotaSessions,
    private readonly repository: OmikronRepository,
  ) {}

  /** The idlest node. @throws AppError `not_found` when none takes connections */
  async any(): Promise<NodeLoad> {
    const node = (await this.nodes.list()).find(({ draining }) => !draining);
    if (node === undefined) throw new AppError('not_found', 'No Omikron found');
    return node;
  }

  /**
   * The host of the node the user's Iota is connected to.
   * @throws AppError `malformed_request`, `not_found`, or `unavailable` when that node is going
   */
  async ofUser(userId: string): Promise<string> {
    const user = canonicalUuid(userId);
    if (user === undefined) throw new AppError('malformed_request', 'Not a valid UUID provided');
    const home = await this.sessions.find(user);
    if (home === undefined) {
      const profile = await this.repository.findProfile(user);
      if (profile === undefined) throw new AppError('not_found', 'The user you are searching does not exist');
      throw new AppError('not_found', 'The user you are searching has no online iota');
    }
    if ((await this.nodes.list()).some(({ node, draining }) => draining && node === home.node)) {
      throw new AppError('unavailable', 'The omikron with the users iota is full try again later');
    }
    return home.node;
  }
}
