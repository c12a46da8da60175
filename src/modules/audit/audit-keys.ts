/** What the key for entries and seals is derived for. */
export const AUDIT_KEY = 'audit';
/** Another one for secrets: whoever may check the log must not be able to guess passwords with the same key. */
export const SECRETS_KEY = 'audit-secrets';
/** Advisory lock that writers share until they commit; any number that nothing else in the database locks. */
export const WRITERS_LOCK = 7_220_132;
