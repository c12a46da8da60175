import { hashSlot } from '../../src/modules/realtime/redis/connection/hash-slot.js';
import { type RedisServer } from './redis.js';

/** Keys that one command moves. */
const AT_ONCE = '100';

/** A cluster's servers as they are now; of the replicas, those that follow their master. */
export async function rolesOf(
  servers: readonly RedisServer[],
): Promise<{ masters: RedisServer[]; replicas: RedisServer[] }> {
  const masters: RedisServer[] = [];
  const replicas: RedisServer[] = [];
  for (const server of servers) {
    if (!server.runs) continue;
    const [role, , , link] = await server.send<[role: string, host: string, port: number, link: string]>('ROLE');
    if (role === 'master') masters.push(server);
    else if (link === 'connected') replicas.push(server);
  }
  return { masters, replicas };
}

/** Slots of `master` that hold something or are listened to. */
export async function busySlots(master: RedisServer): Promise<number[]> {
  const keys = await master.send<string[]>('KEYS', '*');
  const channels = await master.send<string[]>('PUBSUB', 'SHARDCHANNELS');
  return [...new Set([...keys, ...channels].map(hashSlot))];
}

/** Moves a slot with its content from one master to another, as an operator's tools do. */
export class SlotMove {
  constructor(
    private readonly slot: number,
    private readonly from: RedisServer,
    private readonly to: RedisServer,
  ) {}

  /** From now on, who asks for what is not there is sent to the other one with ASK. */
  async begin(): Promise<void> {
    await this.set(this.to, 'IMPORTING', await idOf(this.from));
    await this.set(this.from, 'MIGRATING', await idOf(this.to));
    await this.carry();
  }

  /** From now on, all are sent there with MOVED. */
  async end(masters: readonly RedisServer[]): Promise<void> {
    while ((await this.carry()) > 0);
    const id = await idOf(this.to);
    for (const server of [this.to, ...masters]) await this.set(server, 'NODE', id);
  }

  /** @returns how many keys there were to carry */
  private async carry(): Promise<number> {
    const keys = await this.from.send<string[]>('CLUSTER', 'GETKEYSINSLOT', `${this.slot}`, AT_ONCE);
    if (keys.length > 0)
      await this.from.send('MIGRATE', '127.0.0.1', `${this.to.port}`, '', '0', '5000', 'KEYS', ...keys);
    return keys.length;
  }

  private async set(server: RedisServer, ...words: string[]): Promise<void> {
    await server.send('CLUSTER', 'SETSLOT', `${this.slot}`, ...words);
  }
}

const idOf = (server: RedisServer): Promise<string> => server.send<string>('CLUSTER', 'MYID');
