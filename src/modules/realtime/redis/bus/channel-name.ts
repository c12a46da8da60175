import { type Channel } from '../../channel.js';

const NUMBER = /^\d+$/;

/**
 * What channels of one thing have in common, so that a cluster keeps them on one shard and in one order: the first two
 * parts when the second is a number (`rooms:5:writers` → `rooms:5`), else the first three
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

/** The name of `channel` in Redis, or of what belongs to it, with its tag in braces: `rooms:5:log` → `{rooms:5}:log`. */
export function taggedName(channel: Channel): string {
  const tag = hashTag(channel);
  return `{${tag}}${channel.slice(tag.length)}`;
}
