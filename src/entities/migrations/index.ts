/** Every migration in the order it was written; listed by hand like the entities. */
export const MIGRATIONS = [] as const;
