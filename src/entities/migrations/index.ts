import { Accounts1767225600000 } from './1767225600000-accounts.js';

/** Every migration in the order it was written; listed by hand like the entities. */
export const MIGRATIONS = [Accounts1767225600000] as const;
