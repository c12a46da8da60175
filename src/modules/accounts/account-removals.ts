import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';

/** Runs in the transaction that removes an account, before it does. @returns what to do once it is committed */
export type AccountRemoval = (manager: EntityManager, userId: number) => Promise<() => void>;

/** What features do when an account goes; accounts know no feature. */
@Injectable()
export class AccountRemovals {
  private readonly removals: AccountRemoval[] = [];

  register(removal: AccountRemoval): void {
    this.removals.push(removal);
  }

  async run(manager: EntityManager, userId: number): Promise<() => void> {
    const after: (() => void)[] = [];
    for (const removal of this.removals) after.push(await removal(manager, userId));
    return () => {
      for (const announce of after) announce();
    };
  }
}
