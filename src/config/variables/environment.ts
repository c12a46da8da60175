import { iceUrlFault } from '../../common/ice/ice-url.js';
import { MEDIA } from './media-variables.js';
import { NETWORK } from './network-variables.js';
import { SIGN_IN } from './sign-in-variables.js';
import { REDIS_FORMS, redisUrlFault } from '../redis-target.js';
import { signingKeyFault } from '../signing-key.js';
import { choice, inGroup, integer, list, optionalText, text, urlFault } from './variable.js';

const MOST_WORKERS = 256;

const PROCESS = {
  NODE_ENV: text({
    description: '`production` makes the defaults strict: secrets must be given, registration is closed.',
    default: 'development',
  }),
  HOST: text({
    description: 'Address to listen on; `0.0.0.0` or `::` for all.',
    default: '127.0.0.1',
  }),
  PORT: integer({
    description: 'Port to listen on; `0` picks a free one and logs it.',
    default: 3000,
    min: 0,
    max: 65_535,
  }),
  WORKERS: text({
    description:
      'Processes that share the port; `auto` is one for each core. More than one needs `REDIS_URL`, through which they ' +
      'share state, as nodes do.',
    default: '1',
    check: (value) =>
      value === 'auto' || (/^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= MOST_WORKERS)
        ? undefined
        : `must be a whole number from 1 to ${MOST_WORKERS}, or auto`,
  }),
  NATIVE_SEND: choice({
    description:
      '`auto` writes to many sockets in one native call, if the build found a C compiler; `off` writes to each socket ' +
      'separately.',
    choices: ['auto', 'off'],
    default: 'auto',
  }),
  PUBLIC_URL: optionalText({
    description: 'The address where users reach the server; links, codes and QR images point there.',
    defaultText: 'http://localhost:<PORT>',
    check: (value) => urlFault(value, ['http', 'https']),
  }),
  NODE_URL: optionalText({
    description: "This node's own address, where nodes differ.",
    defaultText: 'PUBLIC_URL',
    check: (value) => urlFault(value, ['http', 'https', 'ws', 'wss']),
  }),
  TLS_CERT: optionalText({
    description:
      'PEM file with the certificate chain. With `TLS_KEY`: https and wss on the port; SIGHUP reads both anew.',
    defaultText: 'plain HTTP',
  }),
  TLS_KEY: optionalText({
    description: "PEM file with the certificate's private key, not encrypted.",
  }),
  DRAIN_SECONDS: integer({
    description: 'Time over which open sockets are gradually told to leave after SIGTERM.',
    default: 10,
    min: 0,
    max: 3_600,
    unit: 's',
  }),
};

const STORAGE = {
  DATA_DIR: text({
    description: 'Folder of the embedded database, media and generated secrets.',
    default: '.data',
  }),
  DATABASE_URL: optionalText({
    description: 'PostgreSQL to use instead of the embedded one.',
    defaultText: 'embedded PostgreSQL under DATA_DIR',
    check: (value) => urlFault(value, ['postgres', 'postgresql']),
    secret: true,
  }),
  DATABASE_POOL: integer({
    description:
      'Most database connections this node keeps open; all nodes together must stay below what the server allows. ' +
      'Workers share them out, with at least four each.',
    default: 10,
    min: 1,
    max: 1_000,
  }),
  REDIS_URL: optionalText({
    description: REDIS_FORMS,
    defaultText: 'one node, which needs none',
    check: redisUrlFault,
    secret: true,
  }),
  REDIS_PREFIX: text({
    description: 'Prefix of all keys and channels in Redis, for a Redis shared with others.',
    default: 'sb:',
    check: (value) => (/^[\w:.-]{1,64}$/.test(value) ? undefined : 'must be 1 to 64 of A-Z a-z 0-9 _ : . -'),
  }),
};

const ACCOUNTS = {
  SECRET_KEY: optionalText({
    description: 'At least 32 bytes; signs access tokens and seals what must be shown again. Required in production.',
    defaultText: 'generated once into DATA_DIR',
    check: (value) => (Buffer.byteLength(value) < 32 ? 'must be at least 32 bytes long' : undefined),
    secret: true,
    generated: true,
  }),
  ADMIN_EMAIL: text({
    description: 'The first admin, created at boot if no admin exists.',
    default: 'admin@switchboard.local',
    check: (value) => (/^[^\s@]+@[^\s@]+$/.test(value) ? undefined : 'must be an email address'),
  }),
  ADMIN_PASSWORD: optionalText({
    description: "The first admin's password.",
    defaultText: 'generated into DATA_DIR/admin-password',
    check: (value) => (value.length < 8 || value.length > 200 ? 'must have 8 to 200 characters' : undefined),
    secret: true,
  }),
  REGISTRATION: choice({
    description: 'Whether anyone may create an account, or only admins.',
    choices: ['open', 'closed'],
    default: 'open',
    productionDefault: 'closed',
  }),
  KEYLESS_APPLICATION: text({
    description: 'Application that requests without an API key act as, for development; created when first needed.',
    default: '',
    check: (value) => (value.length > 100 ? 'must have at most 100 characters' : undefined),
  }),
  AUDIT_RETENTION_DAYS: integer({
    description: 'How long the audit log is kept, in whole sealed ranges; `0` keeps it forever.',
    default: 0,
    min: 0,
    max: 36_500,
    unit: 'days',
  }),
  AUDIT_SIGNING_KEY: optionalText({
    description:
      'PEM file with an Ed25519 private key that signs the seals of the audit log, so that others can check them ' +
      'without `SECRET_KEY`. Keep it where the database is not.',
    defaultText: 'seals are not signed',
    check: signingKeyFault,
  }),
  IOTA_ACCESS: choice({
    description: 'Whether home servers (Iotas) must show their token on the upgrade, or only name their id.',
    choices: ['open', 'token'],
    default: 'open',
    productionDefault: 'token',
  }),
  OMIKRON_REFUSAL: choice({
    description:
      'How Omikron clients hear that their identification was refused: `response` is the documented answer with ' +
      '`acceppted: false`; `error` is a message of a type `error_…`, which some clients need to notice it.',
    choices: ['response', 'error'],
    default: 'response',
  }),
};

const LIMITS = {
  MAX_FRAME_BYTES: integer({
    description: 'Largest inbound frame of an admitted socket; larger closes with 1009.',
    default: 1_048_576,
    min: 1_024,
    max: 268_435_456,
    unit: 'bytes',
  }),
  OUTBOUND_LIMIT_BYTES: integer({
    description: 'Bytes that may wait for a slow reader before it is closed with 4008.',
    default: 1_048_576,
    min: 16_384,
    max: 1_073_741_824,
    unit: 'bytes',
  }),
  RECOVERY_LIMIT: integer({
    description:
      'Maximum number of missed messages that a reconnecting client gets; above it, the client is told to start over.',
    default: 10_000,
    min: 0,
    max: 10_000_000,
  }),
  ADMISSION_SECONDS: integer({
    description: 'Time within which a socket must send its first message, if the protocol requires one.',
    default: 30,
    min: 1,
    max: 3_600,
    unit: 's',
  }),
  HEARTBEAT_SECONDS: integer({
    description: 'How often a plain socket is pinged; one that stays silent until the next ping is ended.',
    default: 25,
    min: 1,
    max: 3_600,
    unit: 's',
  }),
  INBOUND_RATE: integer({
    description: 'Messages per second and socket; above it the socket is read more slowly. `0` is off.',
    default: 2_000,
    min: 0,
    max: 10_000_000,
  }),
  INBOUND_BURST: integer({
    description: 'Messages a socket may send at once before `INBOUND_RATE` applies.',
    default: 10_000,
    min: 1,
    max: 10_000_000,
  }),
  INBOUND_HARD_RATE: integer({
    description: 'Messages per second and socket above which it is closed with 4029. `0` is off.',
    default: 0,
    min: 0,
    max: 10_000_000,
  }),
  REST_RATE: integer({
    description: 'REST requests per second and principal, sustained. `0` is off.',
    default: 100,
    min: 0,
    max: 1_000_000,
  }),
  REST_BURST: integer({
    description: 'REST requests a principal may send at once before `REST_RATE` applies.',
    default: 500,
    min: 1,
    max: 1_000_000,
  }),
};

const CALLS = {
  SIGNALING_ACCESS: choice({
    description: 'Whether anyone may enter the lobby, or only those with a lobby token.',
    choices: ['open', 'token'],
    default: 'open',
    productionDefault: 'token',
  }),
  STUN_URLS: list({
    description: 'STUN servers, e.g. `stun:stun.example.org:3478`.',
    defaultText: 'none',
    check: (item) => iceUrlFault(item, ['stun', 'stuns']),
  }),
  TURN_URLS: list({
    description: 'TURN servers, e.g. `turn:turn.example.org:3478?transport=udp`. Needs `TURN_SECRET`.',
    defaultText: 'none',
    check: (item) => iceUrlFault(item, ['turn', 'turns']),
  }),
  TURN_SECRET: list({
    description: "coturn's `static-auth-secret`. During a rotation two, separated by a comma: the first one signs.",
    defaultText: 'unset',
    most: 2,
    secret: true,
  }),
  TURN_TTL_SECONDS: integer({
    description: 'How long TURN credentials are valid; clients in a call get new ones in time.',
    default: 86_400,
    min: 10,
    max: 604_800,
    unit: 's',
  }),
  CALL_RETENTION_DAYS: integer({
    description: 'Calls are removed from the ledger this long after their end. `0` keeps them.',
    default: 0,
    min: 0,
    max: 36_500,
    unit: 'days',
  }),
};

const CIRCLES = {
  WRITING_REPEAT_MS: integer({
    description:
      'Typing notices of one socket that repeat the last one within this time are not passed on. `0` is off.',
    default: 1_000,
    min: 0,
    max: 60_000,
    unit: 'ms',
  }),
  WEBRTC_FORWARD: choice({
    description:
      'To whom accounts and devices may forward call signals: anyone connected, or those who share a circle.',
    choices: ['any', 'shared-circle'],
    default: 'any',
    productionDefault: 'shared-circle',
  }),
  ...MEDIA,
};

const OBSERVABILITY = {
  LOG_LEVEL: choice({
    description: 'Least severe level that is logged.',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
  }),
  LOG_FORMAT: optionalText({
    description: '`json`, one object per line, or `pretty`, for people.',
    defaultText: 'pretty where standard output is a terminal, else json',
    check: (value) => (value === 'json' || value === 'pretty' ? undefined : 'must be one of json, pretty'),
  }),
  METRICS_TOKEN: optionalText({
    description: 'Bearer token of `/metrics`. Without it: anyone, in production loopback only.',
    secret: true,
  }),
};

/**
 * Every environment variable the server reads, each documented once. `docs/configuration.md` and `.env.example` are
 * generated from this list.
 */
export const ENVIRONMENT = {
  ...inGroup('Process', PROCESS),
  ...inGroup('Storage', STORAGE),
  ...inGroup('Accounts', ACCOUNTS),
  ...inGroup('Sign-in', SIGN_IN),
  ...inGroup('Network', NETWORK),
  ...inGroup('Limits', LIMITS),
  ...inGroup('Calls', CALLS),
  ...inGroup('Circles', CIRCLES),
  ...inGroup('Observability', OBSERVABILITY),
} as const;

export type EnvironmentName = keyof typeof ENVIRONMENT;
export type Environment = { [K in EnvironmentName]: ReturnType<(typeof ENVIRONMENT)[K]['read']> };
