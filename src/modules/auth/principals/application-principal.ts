import { type Principal } from '../../realtime/principal.js';

/** A backend that presented an API key, or none where `KEYLESS_APPLICATION` allows it. */
export interface ApplicationPrincipal extends Principal {
  readonly kind: 'application';
  /** `id` as a number, as in the database. */
  readonly applicationId: number;
  /** The key that was presented. */
  readonly keyId: number | null;
}
