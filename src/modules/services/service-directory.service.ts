import { Injectable } from '@nestjs/common';
import { type Service } from '../../entities/services/service.entity.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { Hub } from '../realtime/hub.js';
import { keys, serviceChannel } from './services.channels.js';
import { type ServiceSettings, settingsChanged } from './services.events.js';

/** Logins that began before a service was deleted have ended after this. */
const TOMBSTONE_MS = 3_600_000;

/**
 * The settings that live connections go by, shared by all nodes, so that guests come in without the database and a
 * change reaches everybody. A change is written here before it is announced: who subscribes first and reads then,
 * misses none.
 */
@Injectable()
export class ServiceDirectory {
  constructor(
    private readonly store: EphemeralStore,
    private readonly hub: Hub,
  ) {}

  /** The settings of a live service; `undefined` when it was deleted or nobody has used it yet. */
  async find(id: number): Promise<ServiceSettings | undefined> {
    return (await this.store.get<StoredSettings>(keys.settings(id))) ?? undefined;
  }

  /**
   * The newest of what is live and `settings`, fresh from the database, which becomes what is live.
   * @returns `undefined` when the service was deleted
   */
  async settle(settings: ServiceSettings): Promise<ServiceSettings | undefined> {
    const key = keys.settings(settings.id);
    const next: StoredSettings = { ...settings };
    for (;;) {
      const held = await this.store.get<StoredSettings>(key);
      if (held === null) return undefined;
      if (held !== undefined && held.version >= settings.version) return held;
      if (await (held === undefined ? this.store.claim(key, next) : this.store.replace(key, held, next))) return next;
    }
  }

  /** The service has changed: every connection of it hears that. */
  async announce(settings: ServiceSettings): Promise<void> {
    const newest = await this.settle(settings);
    if (newest === undefined) return;
    this.hub.signal(serviceChannel(newest.id), settingsChanged(newest));
  }

  /** The service is deleted: no login that has begun can succeed. */
  async forget(id: number): Promise<void> {
    await this.store.swap(keys.settings(id), null, { ttlMs: TOMBSTONE_MS });
  }
}

/** `null` marks a deleted service. */
type StoredSettings = (ServiceSettings & Record<string, unknown>) | null;

export function settingsOf(service: Service): ServiceSettings {
  return {
    id: service.id,
    title: service.title,
    version: service.version,
    hostDigest: service.hostTokenDigest.toString('hex'),
    clientDigest: service.clientTokenDigest.toString('hex'),
    allowPublicCode: service.allowPublicCode,
    allowMultipleHosts: service.allowMultipleHosts,
    targeting: service.targeting,
    hostGraceSeconds: service.hostGraceSeconds,
    guestLimit: service.guestLimit,
    codeTtlSeconds: service.codeTtlSeconds,
    codeLength: service.codeLength,
  };
}
