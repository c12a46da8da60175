import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { parseIceUrl } from '../../common/ice/ice-url.js';
import { Clock } from '../../common/time/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { KeyRing } from '../../config/key-ring.js';

/** One entry of a browser's `RTCConfiguration.iceServers`. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface IceConfiguration {
  readonly iceServers: readonly IceServer[];
  /** Seconds until the credentials expire. */
  readonly expiresIn: number;
}

/** What coturn accepts with `use-auth-secret`: the user name says until when, the password proves that we issued it. */
export interface TurnCredentials {
  /** `<Unix time of expiry, seconds>:<subject>` */
  readonly username: string;
  /** Base64 of HMAC-SHA1(secret, username). */
  readonly password: string;
  readonly expiresIn: number;
}

/** Where a STUN or TURN server listens. */
export interface IceHost {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 3_478;

/** STUN and TURN servers and their credentials: the one source for every protocol and for REST. */
@Injectable()
export class IceServers {
  private readonly secret: string;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    keys: KeyRing,
  ) {
    // During a rotation coturn knows both secrets; clients only get credentials signed with the new one.
    this.secret = config.calls.turnSecrets[0] ?? keys.derive('turn').toString('base64url');
  }

  /** What a browser needs for a call. `subject` identifies the caller in TURN's logs; it contains no `:`. */
  configuration(subject: string): IceConfiguration {
    const { stunUrls, turnUrls, turnTtlSeconds } = this.config.calls;
    const iceServers: IceServer[] = stunUrls.length > 0 ? [{ urls: stunUrls }] : [];
    if (turnUrls.length > 0) {
      const { username, password } = this.credentials(subject);
      iceServers.push({ urls: turnUrls, username, credential: password });
    }
    return { iceServers, expiresIn: turnTtlSeconds };
  }

  /** Only credentials; also signed when no TURN server is configured, for clients that know one themselves. */
  credentials(subject: string): TurnCredentials {
    const { turnTtlSeconds: expiresIn } = this.config.calls;
    const username = `${Math.floor(this.clock.now() / 1_000) + expiresIn}:${subject}`;
    return { username, password: createHmac('sha1', this.secret).update(username).digest('base64'), expiresIn };
  }

  /**
   * Milliseconds after which a client in a call needs new credentials; leaves them time to arrive before the old ones
   * expire.
   */
  get refreshMs(): number {
    return this.config.calls.turnTtlSeconds * 800;
  }

  stunHosts(): IceHost[] {
    return this.hosts(this.config.calls.stunUrls);
  }

  turnHosts(): IceHost[] {
    return this.hosts(this.config.calls.turnUrls);
  }

  private hosts(urls: readonly string[]): IceHost[] {
    if (urls.length === 0) return [{ host: this.ownHost, port: DEFAULT_PORT }];
    const hosts = new Map<string, IceHost>();
    for (const url of urls) {
      const { host, port } = parseIceUrl(url) ?? { host: this.ownHost, port: DEFAULT_PORT };
      hosts.set(`${host}:${port}`, { host, port });
    }
    return [...hosts.values()];
  }

  private get ownHost(): string {
    const { publicUrl } = this.config.http;
    return publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
  }
}
