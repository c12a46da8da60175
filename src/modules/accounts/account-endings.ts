import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';

/** How an account ends: for good, or until an admin enables it again. */
export type AccountEnd = 'removed' | 'disabled';

/** Runs in the transaction that ends an account, just before it does. @returns what to do once that is committed */
export type AccountEnding = (manager: EntityManager, userId: number) => Promise<() => void>;

/** What features do when an account ends; the accounts module itself knows no features. */
@Injectable()
export class AccountEndings {
  private readonly endings: { readonly on: readonly AccountEnd[]; readonly run: AccountEnding }[] = [];

  register(on: readonly AccountEnd[], run: AccountEnding): void {
    this.endings.push({ on, run });
  }

  async run(end: AccountEnd, manager: EntityManager, userId: number): Promise<() => void> {
    const after: (() => void)[] = [];
    for (const { on, run } of this.endings) if (on.includes(end)) after.push(await run(manager, userId));
    return () => {
      for (const announce of after) announce();
    };
  }
}
