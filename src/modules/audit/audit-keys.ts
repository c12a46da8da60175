/** Purpose of the derived key that authenticates entries and seals. */
export const AUDIT_KEY = 'audit';
/** Secrets have a key of their own: with the key that checks the log, nobody may be able to test guesses of a password. */
export const SECRETS_KEY = 'audit-secrets';
/** Advisory lock that writers share until they commit. The number is arbitrary; nothing else in the database locks it. */
export const WRITERS_LOCK = 7_220_132;
