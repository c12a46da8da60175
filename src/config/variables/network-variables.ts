import { addressFault } from '../../common/http/policy/client-address.js';
import { hostFault } from '../../common/http/policy/host-policy.js';
import { originFault } from '../../common/http/policy/origin-policy.js';
import { integer, list } from './variable.js';

/** Variables about who may connect from where; part of `ENVIRONMENT`. */
export const NETWORK = {
  ALLOWED_ORIGINS: list({
    description:
      'Origins whose pages may connect, checked on every upgrade, every polling request and for CORS: as browsers write ' +
      'them, e.g. `https://app.example.org`, `capacitor://localhost`. No patterns.',
    defaultText: 'same origin; outside production any',
    check: originFault,
  }),
  ALLOWED_HOSTS: list({
    description:
      '`Host` header values that are answered, in addition to that of `NODE_URL`; health checks are answered for any, and so is `/metrics` with `METRICS_TOKEN`. No patterns.',
    defaultText: 'any outside production; in production the host of PUBLIC_URL if set, else any',
    check: hostFault,
  }),
  KEEP_ALIVE_SECONDS: integer({
    description:
      'How long a connection without requests is kept. It must be longer than the proxies in front keep theirs, or some ' +
      'of their requests meet a closed connection (502).',
    default: 95,
    min: 1,
    max: 3_600,
    unit: 's',
  }),
  OUTBOUND_ALLOWED_NETWORKS: list({
    description:
      'Private addresses or CIDR ranges that the server may connect to if an application or an admin names the URL, ' +
      'such as `jwksUrl` of a token issuer. Plain `http://` is allowed only there.',
    defaultText: 'none',
    check: addressFault,
  }),
  TRUSTED_PROXIES: list({
    description: 'Addresses or CIDR ranges whose `X-Forwarded-*` headers are trusted.',
    defaultText: 'none',
    check: addressFault,
  }),
};
