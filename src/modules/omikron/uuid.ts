import { UUID } from '../../common/http/input/text-rules.js';
import { OMIKRON_ID } from './omikron.events.js';

/** Stands for "the client" where a receiver must be named; nobody has this id. */
export const CLIENT_PLACEHOLDER = '33333333-3333-3333-3333-333333333333';

/** The spelling in which UUIDs are compared; `undefined` for everything that is not a UUID. */
export function canonicalUuid(value: unknown): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
}

/** Whether no user or home server may have this canonical id. */
export function isReserved(id: string): boolean {
  return id === OMIKRON_ID || id === CLIENT_PLACEHOLDER;
}
