import { Inject, Injectable } from '@nestjs/common';
import { type BoardBeat, NodeBoard, type ReleaseClaim } from '../../ports/node-board.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { RedisScript } from '../connection/redis-script.js';

/** Milliseconds after which another node may go on releasing what a dead one held. */
const CLAIM_MS = 20_000;
/** Milliseconds for which it is remembered that a node was taken for dead. */
const REMEMBER_MS = 3_600_000;
const DONE = 'done';

/** ARGV: incarnation, text. Answers quadruples of incarnation, age in milliseconds, when it was left, text. */
const BEAT = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
local beats = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local at, text = string.match(all[i + 1], '^(%d+) (.*)$')
  beats[#beats + 1] = all[i]
  beats[#beats + 1] = string.format('%.0f', math.max(0, now - tonumber(at)))
  beats[#beats + 1] = at
  beats[#beats + 1] = text
end
return beats
`);

/** ARGV: who asks, milliseconds. Answers who holds it, '' = the asker does now. */
const CLAIM = new RedisScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ''
`);

/** Heartbeats in one hash, by the clock of Redis. */
@Injectable()
export class RedisNodeBoard extends NodeBoard {
  readonly shared = true;

  constructor(@Inject(RedisConnection) private readonly connection: RedisConnection) {
    super();
  }

  get connected(): boolean {
    return this.connection.up;
  }

  onBack(listener: (dataLost: boolean) => void): boolean {
    this.connection.listen({ back: listener });
    return true;
  }

  async beat(incarnation: string, text: string): Promise<BoardBeat[]> {
    const reply = await this.connection.run<string[]>(BEAT, this.key, [incarnation, text]);
    const beats: BoardBeat[] = [];
    for (let at = 0; at < reply.length; at += 4) {
      const [name = '', age = '', mark = '', said = ''] = reply.slice(at, at + 4);
      beats.push({ incarnation: name, age: Number(age), mark, text: said });
    }
    return beats;
  }

  async remove(incarnation: string): Promise<void> {
    await this.connection.send(this.key, ['HDEL', this.key, incarnation]);
  }

  async claimRelease(incarnation: string, by: string): Promise<ReleaseClaim> {
    const holder = await this.connection.run<string>(CLAIM, this.releaseKey(incarnation), [by, String(CLAIM_MS)]);
    return holder === '' ? 'mine' : holder === DONE ? 'done' : 'busy';
  }

  async released(incarnation: string): Promise<void> {
    const key = this.releaseKey(incarnation);
    await this.connection.send(key, ['SET', key, DONE, 'PX', String(REMEMBER_MS)]);
  }

  async isTakenForDead(incarnation: string): Promise<boolean> {
    const key = this.releaseKey(incarnation);
    return (await this.connection.send<number>(key, ['EXISTS', key])) === 1;
  }

  private get key(): string {
    return `${this.connection.prefix}nodes`;
  }

  private releaseKey(incarnation: string): string {
    return `${this.connection.prefix}node:{${incarnation}}:release`;
  }
}
