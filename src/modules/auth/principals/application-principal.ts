import { type Principal } from '../../realtime/principal.js';

/** A backend that showed an API key, or none where `KEYLESS_APPLICATION` allows it. */
export interface ApplicationPrincipal extends Principal {
  readonly kind: 'application';
  /** `id` as the number it is in the database. */
  readonly applicationId: number;
  /** The key that was shown. */
  readonly keyId: number | null;
}
