import { type Channel } from '../../channel.js';
import { hashSlot, SLOTS } from '../connection/hash-slot.js';

const NUMBER = /^\d+$/;

/**
 * The part of the name that related channels share, so that a cluster keeps them on one shard and in one order: the
 * first two parts when the second is a number (`rooms:5:writers` → `rooms:5`), otherwise the first three
 * (`omikron:session:x:clients` → `omikron:session:x`).
 */
export function hashTag(channel: Channel): string {
  const first = channel.indexOf(':');
  const second = first < 0 ? -1 : channel.indexOf(':', first + 1);
  if (second < 0) return channel;
  if (NUMBER.test(channel.slice(first + 1, second))) return channel.slice(0, second);
  const third = channel.indexOf(':', second + 1);
  return third < 0 ? channel : channel.slice(0, third);
}

/**
 * Number of partitions that a cluster's channels are spread over. One command can subscribe to channels of one
 * partition.
 */
const PARTITIONS = 256;

/**
 * One hash tag per partition, chosen so that they spread evenly over the slots and contain nothing supplied by a
 * client.
 */
const TAGS: readonly string[] = (() => {
  const tags: string[] = [];
  for (let n = 0, left = PARTITIONS; left > 0; n++) {
    const place = Math.floor((hashSlot(`${n}`) * PARTITIONS) / SLOTS);
    if (tags[place] !== undefined) continue;
    tags[place] = `{${n}}`;
    left--;
  }
  return tags;
})();

/**
 * The name of `channel` in a cluster, prefixed with its partition's tag. Channels with the same hash tag share one
 * partition.
 */
export function partitionedName(channel: Channel): string {
  return `${TAGS[fnv1a(hashTag(channel)) % PARTITIONS]}${channel}`;
}

/** The partition tag inside a name made by `partitionedName`. */
export const partitionOf = (name: string): string => name.slice(name.indexOf('{'), name.indexOf('}'));

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
