import { Injectable } from '@nestjs/common';
import { type Service } from '../../../entities/services/service.entity.js';
import { ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { keys, serviceChannel } from '../services.channels.js';
import { type ServiceSettings, settingsChanged } from '../services.events.js';
import { ServicesRepository } from './services.repository.js';
import { topic } from '../../realtime/fan-out/topic.js';

/** Logins that began before a service was deleted have ended after this. */
const TOMBSTONE_MS = 3_600_000;
/** Topic of the nodes. */
const CHANGED = topic<ServiceSettings, unknown>('services.settings');

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
    private readonly cluster: ClusterQuery,
    private readonly repository: ServicesRepository,
  ) {
    cluster.answer(CHANGED, (settings) => {
      this.changed(settings);
    });
  }

  /**
   * The settings of a service; `undefined` when there is none. The database is asked only after the node that had them
   * stored is gone.
   */
  async find(id: number): Promise<ServiceSettings | undefined> {
    const held = await this.store.get(keys.settings(id));
    if (held !== undefined) return held ?? undefined;
    const service = await this.repository.find(id);
    return service && this.settle(settingsOf(service));
  }

  /**
   * The newest of what is live and `settings`, fresh from the database, which becomes what is live.
   * @returns `undefined` when the service was deleted
   */
  async settle(settings: ServiceSettings): Promise<ServiceSettings | undefined> {
    const key = keys.settings(settings.id);
    for (;;) {
      const held = await this.store.get(key);
      if (held === null) return undefined;
      if (held !== undefined && held.version >= settings.version) return held;
      if (await (held === undefined ? this.store.claim(key, settings) : this.store.replace(key, held, settings))) {
        return settings;
      }
    }
  }

  /** The service has changed: when this resolves every connection of it goes by that, on all nodes that answer. */
  async announce(settings: ServiceSettings): Promise<void> {
    const newest = await this.settle(settings);
    if (newest === undefined) return;
    // For nodes that this one does not know yet.
    this.hub.signal(serviceChannel(newest.id), settingsChanged(newest));
    await this.cluster.ask(CHANGED, newest);
  }

  private changed(settings: ServiceSettings): void {
    this.hub.signalHere(serviceChannel(settings.id), settingsChanged(settings));
  }

  /** The service is deleted: no login that has begun can succeed. */
  async forget(id: number): Promise<void> {
    await this.store.swap(keys.settings(id), null, { ttlMs: TOMBSTONE_MS });
  }
}

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
