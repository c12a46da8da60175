import os from 'node:os';
import path from 'node:path';
import { type EffectiveSetting } from './effective-settings.js';
import { type Role } from '../common/security/role.js';
import { type Environment } from './variables/environment.js';
import { roleRuleOf, scopesOf } from './variables/sign-in-variables.js';
import { parseRedisUrl, type RedisTarget } from './redis-target.js';
import { type TlsFiles } from './tls-files.js';

/** The validated settings, in typed sections. Injected as a whole; nothing else reads the environment. */
export class AppConfig {
  readonly production: boolean;
  /** Number of processes that share the port. */
  readonly workers: number;
  /** Whether to use the native sender, where it was built. */
  readonly nativeSend: boolean;
  readonly http: HttpSection;
  readonly storage: StorageSection;
  /** `undefined` = a single node. */
  readonly redis: RedisSection | undefined;
  readonly accounts: AccountsSection;
  readonly passwordSignIn: PasswordSignIn;
  /** `undefined` = no identity provider. */
  readonly oidc: OidcSection | undefined;
  readonly audit: AuditSection;
  readonly limits: LimitsSection;
  readonly omikron: OmikronSection;
  readonly calls: CallsSection;
  readonly circles: CirclesSection;
  readonly media: MediaSection;
  readonly observability: ObservabilitySection;

  constructor(
    env: Environment,
    /** All settings, for display. */
    readonly settings: readonly EffectiveSetting[],
  ) {
    this.production = env.NODE_ENV === 'production';
    this.workers = workersOf(env.WORKERS);
    this.nativeSend = env.NATIVE_SEND === 'auto';
    this.http = httpSection(env);
    this.storage = {
      dataDir: path.resolve(env.DATA_DIR),
      databaseUrl: env.DATABASE_URL,
      databasePool: env.DATABASE_POOL,
    };
    this.redis =
      env.REDIS_URL === undefined ? undefined : { target: parseRedisUrl(env.REDIS_URL), prefix: env.REDIS_PREFIX };
    this.accounts = {
      secretKey: env.SECRET_KEY,
      adminEmail: env.ADMIN_EMAIL,
      adminPassword: env.ADMIN_PASSWORD,
      registration: env.REGISTRATION,
      keylessApplication: env.KEYLESS_APPLICATION,
    };
    this.passwordSignIn = env.PASSWORD_SIGN_IN;
    this.oidc = oidcSection(env);
    this.audit = {
      retentionDays: env.AUDIT_RETENTION_DAYS,
      signingKeyFile: env.AUDIT_SIGNING_KEY === undefined ? undefined : path.resolve(env.AUDIT_SIGNING_KEY),
    };
    this.limits = {
      maxFrameBytes: env.MAX_FRAME_BYTES,
      outboundBytes: env.OUTBOUND_LIMIT_BYTES,
      recoveryMessages: env.RECOVERY_LIMIT,
      admissionSeconds: env.ADMISSION_SECONDS,
      heartbeatSeconds: env.HEARTBEAT_SECONDS,
      inboundRate: env.INBOUND_RATE,
      inboundBurst: env.INBOUND_BURST,
      inboundHardRate: env.INBOUND_HARD_RATE,
      restRate: env.REST_RATE,
      restBurst: env.REST_BURST,
    };
    this.omikron = { iotaAccess: env.IOTA_ACCESS, refusal: env.OMIKRON_REFUSAL };
    this.calls = {
      signalingAccess: env.SIGNALING_ACCESS,
      stunUrls: env.STUN_URLS ?? [],
      turnUrls: env.TURN_URLS ?? [],
      turnSecrets: env.TURN_SECRET ?? [],
      turnTtlSeconds: env.TURN_TTL_SECONDS,
      retentionDays: env.CALL_RETENTION_DAYS,
    };
    this.circles = { writingRepeatMs: env.WRITING_REPEAT_MS, forward: env.WEBRTC_FORWARD };
    this.media = mediaSection(env);
    this.observability = {
      logLevel: env.LOG_LEVEL,
      logFormat: (env.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json')) === 'pretty' ? 'pretty' : 'json',
      metricsToken: env.METRICS_TOKEN,
    };
  }
}

/** The number of processes that `WORKERS` asks for. */
export function workersOf(setting = '1'): number {
  return setting === 'auto' ? os.availableParallelism() : Number(setting);
}

function httpSection(env: Environment): HttpSection {
  return {
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, ''),
    nodeUrl: env.NODE_URL?.replace(/\/+$/, ''),
    allowedOrigins: env.ALLOWED_ORIGINS,
    allowedHosts: env.ALLOWED_HOSTS,
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    outboundAllowedNetworks: env.OUTBOUND_ALLOWED_NETWORKS ?? [],
    tls:
      env.TLS_CERT === undefined || env.TLS_KEY === undefined
        ? undefined
        : { certFile: path.resolve(env.TLS_CERT), keyFile: path.resolve(env.TLS_KEY) },
    drainSeconds: env.DRAIN_SECONDS,
    keepAliveSeconds: env.KEEP_ALIVE_SECONDS,
  };
}

function oidcSection(env: Environment): OidcSection | undefined {
  if (env.OIDC_ISSUER === undefined || env.OIDC_CLIENT_ID === undefined) return undefined;
  return {
    issuer: env.OIDC_ISSUER,
    clientId: env.OIDC_CLIENT_ID,
    clientSecret: env.OIDC_CLIENT_SECRET,
    scopes: scopesOf(env.OIDC_SCOPES),
    roleClaim: env.OIDC_ROLE_CLAIM,
    roles: (env.OIDC_ROLE_MAP ?? []).flatMap((item) => roleRuleOf(item) ?? []),
    defaultRole: env.OIDC_DEFAULT_ROLE,
    label: env.OIDC_LABEL,
  };
}

function mediaSection(env: Environment): MediaSection {
  return {
    storage: env.MEDIA_STORAGE,
    maxBytes: env.MEDIA_MAX_BYTES,
    maxPixels: env.MEDIA_MAX_PIXELS,
    accountQuotaBytes: env.MEDIA_ACCOUNT_QUOTA_BYTES,
    circleQuotaBytes: env.MEDIA_CIRCLE_QUOTA_BYTES,
    pendingHours: env.MEDIA_PENDING_HOURS,
    s3: {
      endpoint: env.S3_ENDPOINT,
      region: env.S3_REGION,
      bucket: env.S3_BUCKET ?? '',
      accessKeyId: env.S3_ACCESS_KEY_ID,
      secretAccessKey: env.S3_SECRET_ACCESS_KEY,
      forcePathStyle: env.S3_FORCE_PATH_STYLE === 'true',
    },
  };
}

export interface HttpSection {
  readonly host: string;
  readonly port: number;
  /** Without a trailing slash; `undefined` = derived from the port actually listened on. */
  readonly publicUrl: string | undefined;
  /** This node's own URL, if it differs from `publicUrl`; otherwise the same rules. */
  readonly nodeUrl: string | undefined;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly allowedHosts: readonly string[] | undefined;
  readonly trustedProxies: readonly string[];
  /** Private addresses that URLs chosen by others may lead to. */
  readonly outboundAllowedNetworks: readonly string[];
  /** `undefined` = plain HTTP. */
  readonly tls: TlsFiles | undefined;
  readonly drainSeconds: number;
  readonly keepAliveSeconds: number;
}

export interface StorageSection {
  /** Absolute path. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** Maximum number of connections. */
  readonly databasePool: number;
}

export interface RedisSection {
  readonly target: RedisTarget;
  /** Prefix of all keys and channels. */
  readonly prefix: string;
}

export interface AccountsSection {
  readonly secretKey: string | undefined;
  readonly adminEmail: string;
  readonly adminPassword: string | undefined;
  readonly registration: 'open' | 'closed';
  /** Empty = an API key is always required. */
  readonly keylessApplication: string;
}

/** `fallback`: only for accounts created at boot. */
export type PasswordSignIn = 'on' | 'off' | 'fallback';

/** The identity provider where people sign in. */
export interface OidcSection {
  readonly issuer: string;
  readonly clientId: string;
  /** `undefined` = a public client. */
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
  /** The claim that lists a person's groups. */
  readonly roleClaim: string;
  readonly roles: readonly { readonly group: string; readonly role: Role }[];
  /** For people in none of those groups; `none` = refused. */
  readonly defaultRole: Role | 'none';
  /** The name shown to people. */
  readonly label: string;
}

export interface AuditSection {
  /** 0 = forever. */
  readonly retentionDays: number;
  /** Path of an Ed25519 key in PEM. */
  readonly signingKeyFile: string | undefined;
}

export interface LimitsSection {
  readonly maxFrameBytes: number;
  readonly outboundBytes: number;
  readonly recoveryMessages: number;
  readonly admissionSeconds: number;
  readonly heartbeatSeconds: number;
  readonly inboundRate: number;
  readonly inboundBurst: number;
  readonly inboundHardRate: number;
  readonly restRate: number;
  readonly restBurst: number;
}

export interface OmikronSection {
  /** `token`: a home server must present its token. */
  readonly iotaAccess: 'open' | 'token';
  /** How a refused identification is answered. */
  readonly refusal: 'response' | 'error';
}

export interface CallsSection {
  readonly signalingAccess: 'open' | 'token';
  readonly stunUrls: readonly string[];
  readonly turnUrls: readonly string[];
  /**
   * At most two: the first one signs, and coturn accepts both. Empty = a secret of our own, which no TURN server knows.
   */
  readonly turnSecrets: readonly string[];
  readonly turnTtlSeconds: number;
  /** For entries of the ledger, counted from the end of the call; 0 = forever. */
  readonly retentionDays: number;
}

export interface CirclesSection {
  /** 0 = repeated typing notices are passed on, too. */
  readonly writingRepeatMs: number;
  readonly forward: 'any' | 'shared-circle';
}

export interface MediaSection {
  readonly storage: 'disk' | 's3';
  readonly maxBytes: number;
  /** Limit for images that get a thumbnail. */
  readonly maxPixels: number;
  /** 0 = no limit. */
  readonly accountQuotaBytes: number;
  /** 0 = no limit. */
  readonly circleQuotaBytes: number;
  readonly pendingHours: number;
  readonly s3: S3Section;
}

export interface S3Section {
  /** `undefined` = AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly forcePathStyle: boolean;
}

export interface ObservabilitySection {
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly logFormat: 'json' | 'pretty';
  readonly metricsToken: string | undefined;
}
