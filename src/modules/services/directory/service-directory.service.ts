import { Injectable } from '@nestjs/common';
import { type Service } from '../../../entities/services/service.entity.js';
import { ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { keys, serviceChannel } from '../services.channels.js';
import { type ServiceSettings, settingsChanged } from '../services.events.js';
import { ServicesRepository } from './services.repository.js';
import { topic } from '../../realtime/fan-out/topic.js';

/** After this time, all logins that began before a service was deleted have ended. */
const TOMBSTONE_MS = 3_600_000;
/** Topic between nodes. */
const CHANGED = topic<ServiceSettings, unknown>('services.settings');

/**
 * The settings that live connections go by, shared by all nodes, so that guests are admitted without the database and
 * changes reach everybody. A change is stored here before it is announced: those who subscribe first and then read miss
 * none.
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
   * The settings of a service; `undefined` when there is none. The database is only read when the node that had stored
   * them is gone.
   */
  async find(id: number): Promise<ServiceSettings | undefined> {
    const held = await this.store.get(keys.settings(id));
    if (held !== undefined) return held ?? undefined;
    const service = await this.repository.find(id);
    return service && this.settle(settingsOf(service));
  }

  /**
   * Compares the live settings with `settings`, fresh from the database; the newer ones become the live ones.
   * @returns the newer ones; `undefined` when the service was deleted
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

  /**
   * Announces that the service has changed. When this resolves, its connections go by the new settings on all nodes
   * that answered.
   */
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

  /** Marks a service as deleted: logins in progress can no longer succeed. */
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
