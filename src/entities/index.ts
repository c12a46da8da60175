import { Login } from './accounts/login.entity.js';
import { User } from './accounts/user.entity.js';
import { Service } from './services/service.entity.js';

/** Every TypeORM class, listed by hand: no globs, so that tsc, vitest and the command line see the same set. */
export const ENTITIES = [User, Login, Service] as const;
