import { type DataSource, type EntityManager } from 'typeorm';
import { currentTransaction, withTransaction } from '../../common/context/request-context.js';

type Work<T> = (manager: EntityManager) => Promise<T>;

/** A transaction that code joins without being passed it. */
class SharedTransaction {
  private ended = false;

  constructor(
    private readonly root: EntityManager,
    readonly manager: EntityManager,
  ) {}

  /** The transaction around the calling code; `undefined` when there is none of this database, or it has ended. */
  static of(root: EntityManager): SharedTransaction | undefined {
    const current = currentTransaction();
    return current instanceof SharedTransaction && current.root === root && !current.ended ? current : undefined;
  }

  async run<T>(work: Work<T>): Promise<T> {
    try {
      return await withTransaction(this, () => work(this.manager));
    } finally {
      this.ended = true;
    }
  }
}

/**
 * Makes repositories join the transaction that `inSharedTransaction` has begun around them, so that no manager need be
 * passed through code that belongs to one transaction. Repositories must have been created outside of one, as Nest does
 * at boot.
 */
export function shareTransactions({ manager: root }: DataSource): void {
  Object.defineProperty(root, 'queryRunner', {
    get: () => SharedTransaction.of(root)?.manager.queryRunner,
    configurable: true,
  });
  const begin = root.transaction.bind(root) as (...args: unknown[]) => Promise<unknown>;
  // What fails inside fails as a whole, so inner transactions need no savepoints.
  root.transaction = (...args: unknown[]) => {
    const shared = SharedTransaction.of(root);
    return shared ? (args.at(-1) as Work<unknown>)(shared.manager) : begin(...args);
  };
}

/** Runs everything that `work` does with repositories in one transaction, committed when the promise resolves. */
export function inSharedTransaction<T>({ manager: root }: DataSource, work: Work<T>): Promise<T> {
  return root.transaction((manager) => new SharedTransaction(root, manager).run(work));
}

/** Whether the code that asks runs in one. */
export const isInSharedTransaction = ({ manager: root }: DataSource): boolean =>
  SharedTransaction.of(root) !== undefined;
