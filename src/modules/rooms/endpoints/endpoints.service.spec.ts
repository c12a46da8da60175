import { describe, expect, it } from 'vitest';
import { Seal } from '../../../common/security/seal.js';
import { type Clock } from '../../../common/time/clock.js';
import { type KeyRing } from '../../../config/key-ring.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { type Hub } from '../../realtime/fan-out/hub.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { RevocationSelectors } from '../../realtime/access/revocation-selectors.js';
import { type EndpointsRepository } from './endpoints.repository.js';
import { Endpoints } from './endpoints.service.js';
import { type Rooms } from '../directory/rooms.service.js';

const [old, current] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const endpoint = (id: number, key: Buffer) => ({
  id,
  codeSealed: new Seal(key).seal(`code ${id}`),
  madeByKey: null,
  expiresAt: null,
});

describe('endpoints after a change of the secret key', () => {
  it('are still listed, the older ones without their code', async () => {
    const listed = [endpoint(1, old), endpoint(2, current)];
    const service = new Endpoints(
      { get: () => Promise.resolve({ id: 1 }) } as unknown as Rooms,
      { page: () => Promise.resolve(listed), all: () => Promise.resolve(listed) } as unknown as EndpointsRepository,
      {} as Hub,
      { now: () => 0 } as Clock,
      { derive: () => current } as unknown as KeyRing,
      new RevocationSelectors(current),
      new RevocationList(),
    );
    const application = {} as ApplicationPrincipal;
    for (const found of [await service.page(1, 'r', { limit: 2 }), await service.all(application, 'r')]) {
      expect(found.map(({ id, code }) => ({ id, code }))).toEqual([
        { id: 1, code: null },
        { id: 2, code: 'code 2' },
      ]);
    }
  });
});
