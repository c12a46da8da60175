import os from 'node:os';
import path from 'node:path';
import { type EffectiveSetting } from './effective-settings.js';
import { type Role } from '../common/security/role.js';
import { type Environment } from './variables/environment.js';
import { roleRuleOf, scopesOf } from './variables/sign-in-variables.js';
import { parseRedisUrl, type RedisTarget } from './redis-target.js';
import { type TlsFiles } from './tls-files.js';

/** The validated settings, in typed sections. Injected whole; nobody else reads the environment. */
export class AppConfig {
  readonly production: boolean;
  /** Processes that share the port. */
  readonly workers: number;
  /** Writes natively where that was built. */
  readonly nativeSend: boolean;
  readonly http: HttpSection;
  readonly storage: StorageSection;
  /** `undefined` = one node. */
  readonly redis: RedisSection | undefined;
  readonly accounts: AccountsSection;
  readonly passwordSignIn: PasswordSignIn;
  /** `undefined` = there is no identity provider. */
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
    /** All of them, for people to look at. */
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

/** Processes that `WORKERS` asks for. */
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
  /** Without trailing slash; `undefined` = derived from the port that is really listened on. */
  readonly publicUrl: string | undefined;
  /** Where this node itself is reached, if elsewhere; likewise. */
  readonly nodeUrl: string | undefined;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly allowedHosts: readonly string[] | undefined;
  readonly trustedProxies: readonly string[];
  /** Private addresses that URLs of others may lead to. */
  readonly outboundAllowedNetworks: readonly string[];
  /** `undefined` = plain HTTP. */
  readonly tls: TlsFiles | undefined;
  readonly drainSeconds: number;
  readonly keepAliveSeconds: number;
}

export interface StorageSection {
  /** Absolute. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** Connections. */
  readonly databasePool: number;
}

export interface RedisSection {
  readonly target: RedisTarget;
  /** Of all keys and channels. */
  readonly prefix: string;
}

export interface AccountsSection {
  readonly secretKey: string | undefined;
  readonly adminEmail: string;
  readonly adminPassword: string | undefined;
  readonly registration: 'open' | 'closed';
  /** Empty = a key is always needed. */
  readonly keylessApplication: string;
}

/** `fallback`: of accounts made at boot only. */
export type PasswordSignIn = 'on' | 'off' | 'fallback';

/** The identity provider that people sign in at. */
export interface OidcSection {
  readonly issuer: string;
  readonly clientId: string;
  /** `undefined` = a public client. */
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
  /** Where the groups of a person stand. */
  readonly roleClaim: string;
  readonly roles: readonly { readonly group: string; readonly role: Role }[];
  /** Of who is in none of those groups; `none` = refused. */
  readonly defaultRole: Role | 'none';
  /** What people know it as. */
  readonly label: string;
}

export interface AuditSection {
  /** 0 = for ever. */
  readonly retentionDays: number;
  /** PEM, Ed25519. */
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
  /** `token`: a home server must show its token. */
  readonly iotaAccess: 'open' | 'token';
  /** Form in which a refused identification is answered. */
  readonly refusal: 'response' | 'error';
}

export interface CallsSection {
  readonly signalingAccess: 'open' | 'token';
  readonly stunUrls: readonly string[];
  readonly turnUrls: readonly string[];
  /** At most two; the first one signs, coturn knows both. Empty = one of our own, which no TURN server knows. */
  readonly turnSecrets: readonly string[];
  readonly turnTtlSeconds: number;
  /** Of the ledger, after the end of a call; 0 = for ever. */
  readonly retentionDays: number;
}

export interface CirclesSection {
  /** 0 = repeated typing notices are passed on. */
  readonly writingRepeatMs: number;
  readonly forward: 'any' | 'shared-circle';
}

export interface MediaSection {
  readonly storage: 'disk' | 's3';
  readonly maxBytes: number;
  /** Of a picture that gets a thumbnail. */
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
