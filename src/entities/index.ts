/** Every TypeORM class, listed by hand: no globs, so that tsc, vitest and the command line see the same set. */
export const ENTITIES = [] as const;
