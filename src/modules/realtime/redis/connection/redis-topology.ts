import { type RedisAddress, type RedisTarget } from '../../../../config/redis-target.js';
import { askOnce, type RedisAccount } from './redis-client.js';

/** A range of a cluster's slots, and the master that holds it. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly master: RedisAddress;
}

/** Reply of `CLUSTER SLOTS`: first and last slot, then the master and its replicas, each with address, port and id. */
type SlotsReply = [from: number, to: number, master: [host: string | null, port: number, ...unknown[]], ...unknown[]][];

/**
 * Asks all sentinels for the master and takes the majority's answer: a sentinel cut off from the others may be
 * outdated.
 * @throws Error when none of them knows
 */
export async function findMaster({ nodes, master, sentinelPassword, tls }: RedisTarget): Promise<RedisAddress> {
  const account: RedisAccount = { username: undefined, password: sentinelPassword, database: 0, tls };
  const question = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master];
  const answers = await Promise.allSettled(
    nodes.map((sentinel) => askOnce<[string, string] | null>(sentinel, account, question)),
  );
  const votes = new Map<string, number>();
  for (const answer of answers) {
    if (answer.status === 'rejected' || answer.value === null) continue;
    const [host, port] = answer.value;
    votes.set(`${port} ${host}`, (votes.get(`${port} ${host}`) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, a], [, b]) => b - a);
  if (winner === undefined) {
    const fault = answers.find((answer) => answer.status === 'rejected')?.reason as unknown;
    throw new Error(fault === undefined ? 'the sentinels know no such master' : 'no sentinel answers', {
      cause: fault,
    });
  }
  const [port = '', host = ''] = winner[0].split(' ');
  return { host, port: Number(port) };
}

/**
 * Asks the cluster's servers for the slot layout and takes the first answer.
 * @throws Error when none of them knows
 */
export async function findSlots(nodes: readonly RedisAddress[], account: RedisAccount): Promise<SlotRange[]> {
  return Promise.any(
    nodes.map(async (node) => {
      const reply = await askOnce<SlotsReply>(node, account, ['CLUSTER', 'SLOTS']);
      if (reply.length === 0) throw new Error('the cluster has no slots');
      // An empty address means the server that was asked.
      return reply.map(([from, to, [host, port]]) => ({ from, to, master: { host: host || node.host, port } }));
    }),
  );
}
